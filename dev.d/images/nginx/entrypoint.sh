#!/bin/sh
# As the official nginx image: fill /etc/nginx/templates, run /docker-entrypoint.d.
set -e

if [ "$1" = nginx ]; then
    for template in /etc/nginx/templates/*.template; do
        [ -e "$template" ] || continue
        names=$(printenv | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/${\1}/p')
        target=/etc/nginx/conf.d/$(basename "$template" .template)
        envsubst "$names" <"$template" >"$target"
    done
    for script in /docker-entrypoint.d/*.sh; do
        [ -x "$script" ] && "$script"
    done
fi
exec "$@"
