-- 20,000 people and what is kept of them, in a shop that shop.sql has filled. The same rows every time.
CREATE FUNCTION pg_temp.id(subject text, number integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT md5(subject || ' ' || number)::uuid $$;

INSERT INTO accounts_user (id, password, is_superuser, email, is_guest, first_name, last_name, full_name,
  subscription_tier, is_active, is_staff, auth_version, created_at, updated_at)
SELECT pg_temp.id('person', n), '!', false, 'person-' || n || '@rows.example', false, 'Person', 'Number ' || n, '', 'FREE',
       true, false, 1, now(), now() FROM generate_series(0, 19999) AS n;
INSERT INTO auth_group (name) VALUES ('customers');
INSERT INTO accounts_user_groups (user_id, group_id)
SELECT pg_temp.id('person', n), (SELECT id FROM auth_group WHERE name = 'customers') FROM generate_series(0, 19999) AS n;
INSERT INTO accounts_knowndevice (id, user_id, digest, label, first_seen_at, last_seen_at)
SELECT pg_temp.id('device', n), pg_temp.id('person', n % 20000), md5('device ' || n), 'a phone', now(), now()
FROM generate_series(0, 39999) AS n;
INSERT INTO accounts_session (id, user_id, kind, refresh_digest, device, network, cookie, created_at, used_at, expires_at,
  revoked_because)
SELECT pg_temp.id('session', n), pg_temp.id('person', n % 20000), CASE WHEN n % 3 = 0 THEN 'BROWSER' ELSE 'API' END,
       md5('refresh ' || n), 'a phone', '', '', now(), now(), now() + interval '30 days', ''
FROM generate_series(0, 59999) AS n;
INSERT INTO accounts_apikey (id, user_id, name, hint, digest, scopes, created_at)
SELECT pg_temp.id('key', n), pg_temp.id('person', n), 'a key', 'ak', md5('key ' || n), '["swipes:read"]', now()
FROM generate_series(0, 1999) AS n;
INSERT INTO swipes_swipesession (id, user_id, session_type, occasion, created_at)
SELECT pg_temp.id('sitting', n), pg_temp.id('person', n % 20000), 'DISCOVERY', '', now() - n * interval '3 minutes'
FROM generate_series(0, 79999) AS n;
INSERT INTO swipes_swipe (id, user_id, session_id, product_id, direction, response_time_ms, never_again, created_at,
  updated_at)
SELECT pg_temp.id('swipe', n), pg_temp.id('person', n % 20000), pg_temp.id('sitting', n % 80000),
       pg_temp.id('product', 1 + (n / 20000 * 487 + n % 20000 * 31) % 10000),
       (ARRAY['LEFT', 'RIGHT', 'RIGHT', 'UP', 'DOWN'])[1 + n % 5], 900, false,
       now() - (n % 700000) * interval '1 minute', now() - (n % 700000) * interval '1 minute'
FROM generate_series(0, 799999) AS n ON CONFLICT DO NOTHING;
INSERT INTO swipes_impression (id, user_id, surface, placement, policy, model_version, products, propensities, shown_at)
SELECT pg_temp.id('impression', n), pg_temp.id('person', n % 20000), 'deck', '', 'popular:plain', '', '[]', '[]',
       now() - n * interval '1 minute' FROM generate_series(0, 199999) AS n;
INSERT INTO swipes_behaviourevent (id, user_id, event_type, product_id, query, metadata, occurred_at, recorded_at)
SELECT pg_temp.id('event', n), pg_temp.id('person', n % 20000), (ARRAY['VIEW', 'CLICK', 'SHARE'])[1 + n % 3],
       pg_temp.id('product', 1 + n % 9973), '', '{}', now() - n * interval '1 minute', now() FROM generate_series(0, 199999) AS n;
INSERT INTO orders_order (id, user_id, external_reference, status, currency, placed_at)
SELECT pg_temp.id('order', n), pg_temp.id('person', n % 20000), 'rows-' || n, 'DELIVERED', 'GBP',
       now() - n * interval '5 minutes' FROM generate_series(0, 59999) AS n;
INSERT INTO orders_orderline (order_id, ordinal, product_id, quantity, unit_price, currency)
SELECT pg_temp.id('order', n / 3), 1 + n % 3, pg_temp.id('product', 1 + n % 9967), 1, 20, 'GBP'
FROM generate_series(0, 179999) AS n;
INSERT INTO recommendations_pick (user_id, products, strategy, model_version, mark, made_at)
SELECT pg_temp.id('person', n), (SELECT jsonb_agg(jsonb_build_array(pg_temp.id('product', p), 0.5, 'why', '["ease"]'::jsonb))
       FROM generate_series(1, 100) AS p), 'ease', 'ease:1', 'mark', now() FROM generate_series(0, 19999) AS n;
INSERT INTO recommendations_interaction (id, user_id, product_id, interaction_type, answer_id, rank, policy, occurred_at)
SELECT pg_temp.id('interaction', n), pg_temp.id('person', n % 20000), pg_temp.id('product', 1 + n % 9949), 'CLICK',
       pg_temp.id('impression', n), 1, 'ease:1', now() - n * interval '1 minute' FROM generate_series(0, 99999) AS n;
INSERT INTO common_idempotencykey (principal, route, key, digest, status, body, created_at)
SELECT pg_temp.id('person', n % 20000)::text, 'POST /api/v1/swipes/interactions', 'key ' || n, md5('body'), 201, '{}', now()
FROM generate_series(0, 39999) AS n;
