#!/bin/bash
DATE=$(date +%Y%m%d_%H%M)
pg_dump $DATABASE_URL | gzip > /backups/db_${DATE}.sql.gz
aws s3 cp /backups/db_${DATE}.sql.gz s3://channel-backups/postgres/
find /backups -name "db_*.sql.gz" -mtime +30 -delete
