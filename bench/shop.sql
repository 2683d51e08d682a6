-- A shop of `bench.products` products on 40 shelves: 8 at the top, 32 inside them; a few shelves and brands hold most.
-- The same rows every time: whatever looks random is cut from an MD5 sum.
CREATE FUNCTION pg_temp.chance(subject text, number integer) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$ SELECT ('x' || substr(md5(subject || ' ' || number), 1, 8))::bit(32)::bigint / 4294967296.0 $$;

-- The n-th of 20,000 words that nobody knows, two to five syllables long.
CREATE FUNCTION pg_temp.coined(number integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(s.list[1 + ('x' || substr(md5('word ' || number), i * 4 - 3, 4))::bit(16)::integer % 64], '' ORDER BY i)
  FROM generate_series(1, 2 + number % 4) AS i, (SELECT string_to_array(
    'ba be bo bri cal cam co da del do el fa fen fi fo gar gel go han har ho in ja ka kel la len li lo lu ma mel mi mo na '
    'nel no nu or pa pel pi po ra ren ri ro sa sel shi so sta ta tel ti to tra un va vel vi wa wen zo', ' ') AS list) AS s
$$;

-- As in a language, a few words are frequent and most are rare (by 1/rank): of the known ones `known` of each hundred.
CREATE FUNCTION pg_temp.words(subject text, number integer, n integer, known integer DEFAULT 100) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(CASE WHEN pg_temp.chance(subject || i || 'known', number) * 100 < known
    THEN w.list[1 + floor(pg_temp.chance(subject || i, number) * array_length(w.list, 1))::integer]
    ELSE pg_temp.coined(floor(exp(pg_temp.chance(subject || i, number) * ln(20000)))::integer) END, ' ' ORDER BY i)
  FROM generate_series(1, n) AS i, (SELECT string_to_array(
    'silk wool linen oak walnut brass copper glass ceramic leather cotton velvet paper candle scarf mug bowl board lamp '
    'throw cushion journal pen kettle planter print poster puzzle game book apron towel soap balm tea coffee chocolate '
    'honey jam olive spice basket tray frame clock mirror vase rug blanket slippers gloves hat bag wallet purse watch ring '
    'necklace bracelet earrings brooch tie belt socks robe pyjamas teddy blocks train kite ball racket bottle flask tent '
    'torch compass map globe telescope camera speaker headphones stand hand made small large classic vintage modern soft '
    'warm bright quiet folding travel garden kitchen bedroom', ' ') AS list) AS w
$$;

INSERT INTO catalogue_category (id, name, slug, parent_id, description, image, position, created_at, updated_at)
SELECT md5('shelf ' || n)::uuid, initcap(pg_temp.words('shelf', n, 2)) || ' ' || n, 'shelf-' || n,
       CASE WHEN n >= 8 THEN md5('shelf ' || (n % 8))::uuid END, pg_temp.words('about', n, 12), '', n,
       '2025-01-01Z', '2025-01-01Z'
FROM generate_series(0, 39) AS n;

INSERT INTO catalogue_product (
  id, title, slug, description, price, currency, category_id, brand, image, images, external_reference, asin, rating,
  review_count, affiliate_url, stock, is_featured, tags, occasions, popularity, status, created_at, updated_at)
SELECT md5('product ' || n)::uuid,
       initcap(pg_temp.words('title', n, 3 + (n % 5), 50)),
       'product-' || n,
       initcap(pg_temp.words('text', n, 25 + (n * 7 % 90), 10)) || '.',
       round((3 + exp(1.2 + pg_temp.chance('price', n) * 4.2))::numeric, 2),
       'GBP',
       md5('shelf ' || floor(pow(pg_temp.chance('shelf of', n), 2.2) * 40)::integer)::uuid,
       CASE WHEN n % 12 = 0 THEN '' ELSE 'Brand ' || floor(pow(pg_temp.chance('brand', n), 2.5) * 400)::integer END,
       CASE WHEN n % 20 = 0 THEN '' WHEN n % 3 = 0 THEN 'products/' || n || '.webp'
            ELSE 'https://images.example/p/' || n || '.jpg' END,
       CASE WHEN n % 3 = 0 THEN jsonb_build_array('products/' || n || '-2.webp')
            ELSE jsonb_build_array('https://images.example/p/' || n || '-2.jpg', 'https://images.example/p/' || n || '-3.jpg') END,
       CASE WHEN n % 2 = 0 THEN 'ref-' || n END,
       CASE WHEN n % 2 = 0 THEN upper(substr(md5('asin ' || n), 1, 10)) ELSE '' END,
       CASE WHEN n % 7 <> 0 THEN round((2 + pow(pg_temp.chance('rating', n), 0.6) * 3)::numeric, 2) END,
       floor(pow(pg_temp.chance('reviews', n), 4) * 5000)::integer,
       CASE WHEN n % 5 < 3 THEN 'https://shop.example/item/' || n || '?tag=aclue-21' ELSE '' END,
       CASE WHEN n % 10 < 4 THEN floor(pg_temp.chance('stock', n) * 40)::integer END,
       n % 1000 = 0,
       to_jsonb(string_to_array(pg_temp.words('tag', n, 2 + n % 3), ' ')),
       CASE n % 4 WHEN 0 THEN '[]'::jsonb WHEN 1 THEN '["birthday"]' WHEN 2 THEN '["birthday", "christmas"]'
            ELSE jsonb_build_array((ARRAY['wedding', 'baby', 'easter', 'graduation', 'thank-you'])[1 + n % 5]) END,
       -ln(1 - pg_temp.chance('liked', n)) * 100,
       CASE WHEN n % 50 = 7 THEN 'HIDDEN' WHEN n % 100 = 13 THEN 'DELETED' ELSE 'ACTIVE' END,
       timestamptz '2024-01-01Z' + make_interval(secs => floor(pg_temp.chance('made', n) * 6e7)),
       timestamptz '2026-01-01Z' + make_interval(secs => pg_temp.chance('changed', n) * 2e7)
FROM generate_series(1, current_setting('bench.products')::integer) AS n
