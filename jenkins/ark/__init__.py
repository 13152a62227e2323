"""What runs on the Jenkins agent: callbacks to the coordinator, and Ansible runs. Python's standard library only."""
