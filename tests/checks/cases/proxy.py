from __future__ import annotations

from tests.checks.cases.shape import Case, compose

SECURE = """
    server {
        listen 80;
        server_name shop.example www.shop.example;
        return 301 https://$host$request_uri;
    }
    server {
        listen 443 ssl;
        server_name shop.example www.shop.example;
        add_header X-Content-Type-Options nosniff always;
        add_header Strict-Transport-Security "max-age=31536000" always;
        location /ws {
            proxy_pass http://api:8000;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_read_timeout 86400s;
        }
        location / {
            limit_req zone=api burst=20 nodelay;
            proxy_pass http://api:8000;
        }
    }
    """
GOOD = {"nginx/conf.d/shop.conf": SECURE}
API = compose("""
    api:
      image: api:1
      expose: ["8000"]
    """)

CASES = [
    Case(
        "proxy.certificate-renewal",
        {
            "docs/deploy.md": """
                # Deploy

                ```bash
                certbot certonly --standalone -d shop.example⟵
                cp -L /etc/letsencrypt/live/shop.example/fullchain.pem nginx/ssl/⟵
                ```
                """
        },
        {
            "scripts/certificate.sh": """
                #!/bin/bash
                certbot certonly --webroot -w /var/www/acme -d shop.example \\
                    --deploy-hook "docker compose exec nginx nginx -s reload"
                """
        },
    ),
    Case(
        "proxy.name-without-route",
        GOOD
        | {"deploy.sh": "certbot certonly --webroot -w /w -d shop.example -d api.shop.example⟵\n"},
        GOOD
        | {"deploy.sh": "certbot certonly --webroot -w /w -d shop.example -d www.shop.example\n"},
    ),
    Case(
        "proxy.firewall",
        {"setup.sh": "ufw allow 22/tcp\nufw allow 8080/tcp⟵\n"},
        {"setup.sh": "ufw allow OpenSSH\nufw allow 80/tcp\nufw allow 443\n"},
    ),
    Case(
        "proxy.upstream-exists",
        API
        | {
            "nginx/conf.d/a.conf": """
                upstream app { server backend:8000; }⟵
                server {
                    location / { proxy_pass http://app; }
                    location /api { proxy_pass http://api:9000; }⟵
                }
                """
        },
        API
        | GOOD
        | {"nginx/conf.d/b.conf": "server { location / { proxy_pass https://other.example; } }\n"},
    ),
    Case(
        "proxy.https-redirect",
        {
            "nginx/conf.d/a.conf": "server {\n    listen 80;⟵\n    location / { proxy_pass http://api; }\n}\n"
        },
        GOOD,
    ),
    Case(
        "proxy.websocket",
        {
            "nginx/conf.d/a.conf": """
                server {
                    location /ws { proxy_pass http://api; }⟵
                }
                """
        },
        GOOD,
    ),
    Case(
        "proxy.rate-limit",
        {
            "nginx/conf.d/a.conf": "server {\n    location / {\n        proxy_pass http://api;⟵\n    }\n}\n"
        },
        GOOD,
    ),
    Case(
        "proxy.security-headers",
        {
            "nginx/conf.d/a.conf": "server {\n    listen 443 ssl;⟵\n    location / { proxy_pass http://api; }\n}\n"
        },
        GOOD,
    ),
]
