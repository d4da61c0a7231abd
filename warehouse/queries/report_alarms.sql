SELECT source, kind, severity, since, told FROM health_alarms ORDER BY severity, source, kind;
