"""Rules as dated data: read, judged, explained and compared — e.g. "one third of the cost, at most HK$15m a project"."""
