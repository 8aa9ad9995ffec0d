#!/bin/bash
set -euo pipefail
ufw allow 22/tcp
ufw allow 80/tcp
ufw allow 443/tcp
ufw enable
