"""Making a Debian or Ubuntu machine a server of Shipway's, and undoing it.

layout    where things are: user, directories, the program
units     the systemd units, as text
files     every file that is written, as values
plan      facts of the machine → changes, pure
machine   looks at the machine, carries changes out
"""
