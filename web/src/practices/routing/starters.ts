/** Texts to begin with: small, right as they are but for an address, and explained line by line. */
export const WEBHOOK = `# Who is told of which alerts. Saved here, it is in force at once.
route:
  receiver: team            # whoever is told of what no route below takes
  group_by: [alertname]     # alerts of one name come together in one message
  group_wait: 30s           # wait so long for others before the first message
  group_interval: 5m        # then tell changes at most so often
  repeat_interval: 4h       # and tell again what still fires
  # routes:
  #   - matchers: ['severity="critical"']
  #     receiver: team

receivers:
  - name: team
    webhook_configs:
      - url: https://hooks.example.org/alerts   # yours; kept sealed, shown as <secret>
        send_resolved: true                     # also tell when it is over
`;

export const EMAIL = `# Who is told of which alerts. Saved here, it is in force at once.
global:
  smtp_smarthost: mail.example.org:587   # your mail server
  smtp_from: operate@example.org         # the sender
  # smtp_auth_username: operate
  # smtp_auth_password: kept sealed, shown as <secret>

route:
  receiver: team            # whoever is told of what no route below takes
  group_by: [alertname]     # alerts of one name come together in one mail
  group_wait: 30s           # wait so long for others before the first mail
  group_interval: 5m        # then tell changes at most so often
  repeat_interval: 4h       # and tell again what still fires

receivers:
  - name: team
    email_configs:
      - to: team@example.org
        send_resolved: true   # also tell when it is over
`;
