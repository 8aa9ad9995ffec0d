"""Certificates: kept, read, ordered.

reading   PEM → names, dates, issuer; does the key belong to it
shelf     keeps them with their keys, mode 0600, one file each
certbot   the authority: certbot as a program of its own, with an account of its own
names     where a name leads, and which addresses this machine has
"""
