SELECT source, kind, severity, told FROM health_alarms ORDER BY severity, source, kind;
