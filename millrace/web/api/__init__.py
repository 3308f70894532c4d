"""What every endpoint for programs shares — e.g. who asks, with which key, and how a refusal reads as a problem document."""
