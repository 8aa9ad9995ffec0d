"""What is done later: four queues, in order of rank."""
