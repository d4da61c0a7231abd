-- What collecting knows: addresses, feeds, hosts, and what came of each source in each run.
CREATE TABLE collected_urls (
    url VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    found_at TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ,
    modified_at TIMESTAMPTZ,
    next_visit_at TIMESTAMPTZ,
    visits INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    fetched_at TIMESTAMPTZ,
    changed_at TIMESTAMPTZ,
    status INTEGER,
    outcome VARCHAR,
    detail VARCHAR,
    etag VARCHAR,
    last_modified VARCHAR,
    document_id VARCHAR,
    pack VARCHAR,
    gone_at TIMESTAMPTZ
);
COMMENT ON TABLE collected_urls IS 'An address of an article that a source named: whether and when it was fetched, and when it is fetched next.';
COMMENT ON COLUMN collected_urls.url IS 'The address in its canonical form, as it is asked for; unique.';
COMMENT ON COLUMN collected_urls.source_id IS 'id of the source that named it first.';
COMMENT ON COLUMN collected_urls.source IS 'The outlet.';
COMMENT ON COLUMN collected_urls.found_at IS 'When it was first seen.';
COMMENT ON COLUMN collected_urls.published_at IS 'Publication as the feed or sitemap has it.';
COMMENT ON COLUMN collected_urls.modified_at IS 'Last change as the feed or sitemap has it.';
COMMENT ON COLUMN collected_urls.next_visit_at IS 'When it is to be fetched; null: not any more, unless its source says that it has changed.';
COMMENT ON COLUMN collected_urls.visits IS 'How often it was fetched, also where nothing had changed.';
COMMENT ON COLUMN collected_urls.failures IS 'How often in a row it could not be fetched.';
COMMENT ON COLUMN collected_urls.fetched_at IS 'When it was last fetched.';
COMMENT ON COLUMN collected_urls.changed_at IS 'When its bytes were last found to be others than before.';
COMMENT ON COLUMN collected_urls.status IS 'HTTP status of the last answer; 0: there was none.';
COMMENT ON COLUMN collected_urls.outcome IS 'What came of the last request: fetched, not_modified, gone, refused, forbidden (by robots.txt) or failed (it may pass).';
COMMENT ON COLUMN collected_urls.detail IS 'Why, in a sentence.';
COMMENT ON COLUMN collected_urls.etag IS 'ETag of the last answer, for the next request.';
COMMENT ON COLUMN collected_urls.last_modified IS 'Last-Modified of the last answer, for the next request.';
COMMENT ON COLUMN collected_urls.document_id IS 'The raw document that was fetched last.';
COMMENT ON COLUMN collected_urls.pack IS 'The pack of the landing folder that was written with the last visit; null where it brought nothing new.';
COMMENT ON COLUMN collected_urls.gone_at IS 'When the address was first found to be gone (404, 410); its article stays.';

CREATE TABLE collected_feeds (
    url VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    kind VARCHAR,
    fetched_at TIMESTAMPTZ,
    changed_at TIMESTAMPTZ,
    next_visit_at TIMESTAMPTZ,
    failures INTEGER NOT NULL,
    entries INTEGER,
    status INTEGER,
    outcome VARCHAR,
    detail VARCHAR,
    etag VARCHAR,
    last_modified VARCHAR
);
COMMENT ON TABLE collected_feeds IS 'A feed or sitemap of a source, or a sitemap that an index names.';
COMMENT ON COLUMN collected_feeds.url IS 'Its address; with source_id unique.';
COMMENT ON COLUMN collected_feeds.source_id IS 'id of the source.';
COMMENT ON COLUMN collected_feeds.kind IS 'What it was found to be: rss, atom, jsonfeed, sitemap, news sitemap, sitemap index, text.';
COMMENT ON COLUMN collected_feeds.fetched_at IS 'When it was last read, or found not to have changed.';
COMMENT ON COLUMN collected_feeds.changed_at IS 'When it was last read.';
COMMENT ON COLUMN collected_feeds.next_visit_at IS 'Not before this time, after a failure.';
COMMENT ON COLUMN collected_feeds.failures IS 'How often in a row it could not be read.';
COMMENT ON COLUMN collected_feeds.entries IS 'Addresses in it when it was last read.';
COMMENT ON COLUMN collected_feeds.status IS 'HTTP status of the last answer; 0: there was none.';
COMMENT ON COLUMN collected_feeds.outcome IS 'What came of the last request, as in collected_urls.';
COMMENT ON COLUMN collected_feeds.detail IS 'Why, in a sentence.';
COMMENT ON COLUMN collected_feeds.etag IS 'ETag of the last answer.';
COMMENT ON COLUMN collected_feeds.last_modified IS 'Last-Modified of the last answer.';

CREATE TABLE collected_hosts (
    origin VARCHAR NOT NULL,
    status INTEGER NOT NULL,
    robots VARCHAR NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE collected_hosts IS 'The robots.txt of a site; asked for once a day at most.';
COMMENT ON COLUMN collected_hosts.origin IS 'Scheme, host and port; unique.';
COMMENT ON COLUMN collected_hosts.status IS 'HTTP status of its answer; 0: there was none.';
COMMENT ON COLUMN collected_hosts.robots IS 'What it says; # where everything is allowed, empty where nothing is because the site could not say.';
COMMENT ON COLUMN collected_hosts.fetched_at IS 'When it was fetched.';

CREATE TABLE collections (
    run_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    collected_at TIMESTAMPTZ NOT NULL,
    requests INTEGER NOT NULL,
    size_bytes BIGINT NOT NULL,
    found INTEGER NOT NULL,
    fetched INTEGER NOT NULL,
    not_modified INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    forbidden INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    "left" INTEGER NOT NULL,
    detail VARCHAR
);
COMMENT ON TABLE collections IS 'What a run collected from one source; feeds, sitemaps and pages together.';
COMMENT ON COLUMN collections.run_id IS 'The run.';
COMMENT ON COLUMN collections.source_id IS 'id of the source.';
COMMENT ON COLUMN collections.source IS 'The outlet.';
COMMENT ON COLUMN collections.collected_at IS 'When the source had been dealt with.';
COMMENT ON COLUMN collections.requests IS 'HTTP requests, redirects included, robots.txt not.';
COMMENT ON COLUMN collections.size_bytes IS 'Bytes that came, unpacked.';
COMMENT ON COLUMN collections.found IS 'Addresses that were new, or said to have changed.';
COMMENT ON COLUMN collections.fetched IS 'Pages, feeds and sitemaps that came.';
COMMENT ON COLUMN collections.not_modified IS 'Those that had not changed (304).';
COMMENT ON COLUMN collections.gone IS 'Those that are gone (404, 410).';
COMMENT ON COLUMN collections.refused IS 'Those that are of no use: too large, no page, an unsafe address.';
COMMENT ON COLUMN collections.forbidden IS 'Those that robots.txt does not allow.';
COMMENT ON COLUMN collections.failed IS 'Those that did not come and may the next time.';
COMMENT ON COLUMN collections."left" IS 'Those left for the next run: the budget was spent, or the host wanted to be left alone.';
COMMENT ON COLUMN collections.detail IS 'The first thing that went wrong.';
