SELECT account_id, count(*) AS events, sum(amount) AS balance, max(happened_at) AS last_event_at
FROM event
GROUP BY account_id
