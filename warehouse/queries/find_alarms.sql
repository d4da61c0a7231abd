SELECT source, kind, severity, since, told FROM health_alarms_at($at);
