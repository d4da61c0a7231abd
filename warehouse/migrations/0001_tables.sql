-- The tables of docs/tables.md.  No primary keys: the loader de-duplicates before it writes, and DuckDB keeps an index
-- in memory whole, while a scan of the narrow key columns of 160,000 articles takes a batch 10 to 20 ms.

CREATE TABLE article_versions (
    document_id VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL,
    reasons VARCHAR[] NOT NULL,
    title VARCHAR,
    standfirst VARCHAR,
    authors VARCHAR[] NOT NULL,
    author_kinds VARCHAR[] NOT NULL,
    published_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ,
    published_on DATE,
    published_precision VARCHAR,
    updated_precision VARCHAR,
    published_offset_minutes INTEGER,
    published_raw VARCHAR,
    updated_raw VARCHAR,
    published_basis VARCHAR,
    updated_basis VARCHAR,
    source VARCHAR,
    url VARCHAR,
    language VARCHAR,
    section VARCHAR,
    tags VARCHAR[] NOT NULL,
    body VARCHAR NOT NULL,
    captions STRUCT("text" VARCHAR, credit VARCHAR)[] NOT NULL,
    removed STRUCT(line INTEGER, "position" INTEGER, "text" VARCHAR, kind VARCHAR, "rule" VARCHAR)[] NOT NULL,
    flags VARCHAR[] NOT NULL,
    word_count INTEGER NOT NULL,
    confidence DOUBLE NOT NULL,
    article_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    body_hash VARCHAR NOT NULL,
    near_duplicate_of VARCHAR,
    story_id VARCHAR,
    first_seen_at TIMESTAMPTZ NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    rules_version VARCHAR NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_to TIMESTAMPTZ,
    change VARCHAR[] NOT NULL
);
COMMENT ON TABLE article_versions IS 'A version an article has had: what its outlet published until it changed the title, standfirst, authors or words.';
COMMENT ON COLUMN article_versions.document_id IS 'SHA-256, hex, of the raw document this version was read from.';
COMMENT ON COLUMN article_versions.origin IS 'Path or URL of that document; #ID, #LINE or #OFFSET inside a dump or archive.';
COMMENT ON COLUMN article_versions.outcome IS 'Always accepted: refused documents are in quarantine.';
COMMENT ON COLUMN article_versions.reasons IS 'Always empty: reasons for refusals are in quarantine.';
COMMENT ON COLUMN article_versions.title IS 'The headline; null when the copy has none.';
COMMENT ON COLUMN article_versions.standfirst IS 'The line or two between headline and body; null when there is none.';
COMMENT ON COLUMN article_versions.authors IS 'Who signs, in order: people, or the organisation; no "By", job title, e-mail or handle.';
COMMENT ON COLUMN article_versions.author_kinds IS 'person or organisation, one for each author.';
COMMENT ON COLUMN article_versions.published_at IS 'When it was published; 00:00:00Z when only the day is known; null when the copy does not say.';
COMMENT ON COLUMN article_versions.updated_at IS 'When the outlet says it last changed it; null when it does not say.';
COMMENT ON COLUMN article_versions.published_on IS 'The calendar day of publication, as printed.';
COMMENT ON COLUMN article_versions.published_precision IS 'second, minute or day: how exact published_at is.';
COMMENT ON COLUMN article_versions.updated_precision IS 'second, minute or day: how exact updated_at is.';
COMMENT ON COLUMN article_versions.published_offset_minutes IS 'The offset from UTC of the zone at publication, in minutes.';
COMMENT ON COLUMN article_versions.published_raw IS 'The words published_at was read from.';
COMMENT ON COLUMN article_versions.updated_raw IS 'The words updated_at was read from.';
COMMENT ON COLUMN article_versions.published_basis IS 'How the zone of published_at was known: offset, zone, source or assumed_utc.';
COMMENT ON COLUMN article_versions.updated_basis IS 'How the zone of updated_at was known: offset, zone, source or assumed_utc.';
COMMENT ON COLUMN article_versions.source IS 'The outlet: as given, else as the site or the copy names it, else the domain of the site.';
COMMENT ON COLUMN article_versions.url IS 'The canonical URL.';
COMMENT ON COLUMN article_versions.language IS 'Language of the body, ISO 639-1.';
COMMENT ON COLUMN article_versions.section IS 'The section of the outlet it stood in.';
COMMENT ON COLUMN article_versions.tags IS 'Keywords the outlet gave it.';
COMMENT ON COLUMN article_versions.body IS 'The article and nothing but; paragraphs separated by one blank line.';
COMMENT ON COLUMN article_versions.captions IS 'Picture captions and credits, in order; one row each in captions.';
COMMENT ON COLUMN article_versions.removed IS 'Every piece taken out of the copy, in order; one row each in removed_spans.';
COMMENT ON COLUMN article_versions.flags IS 'Warnings that do not refuse an article.';
COMMENT ON COLUMN article_versions.word_count IS 'Words of the body.';
COMMENT ON COLUMN article_versions.confidence IS '0 to 1: how sure the cleaning is of this body.';
COMMENT ON COLUMN article_versions.article_id IS 'The article: 32 hex digits of a SHA-256 over source and words of its first version.';
COMMENT ON COLUMN article_versions.version IS '1 for the first, one more for each change of substance.';
COMMENT ON COLUMN article_versions.body_hash IS 'SHA-256, hex, of the folded words of the body: equal for the same words in the same order.';
COMMENT ON COLUMN article_versions.near_duplicate_of IS 'article_id of the representative of its near-duplicate group; null for the representative and for lone articles.';
COMMENT ON COLUMN article_versions.story_id IS 'The story it belongs to; null while stories are not grouped.';
COMMENT ON COLUMN article_versions.first_seen_at IS 'When the first document of the article was received.';
COMMENT ON COLUMN article_versions.loaded_at IS 'When this row was written.';
COMMENT ON COLUMN article_versions.run_id IS 'The run that wrote this row.';
COMMENT ON COLUMN article_versions.rules_version IS 'The rules this row was made by.';
COMMENT ON COLUMN article_versions.valid_from IS 'When this version was received.';
COMMENT ON COLUMN article_versions.valid_to IS 'When the next version was received; null for the current one.';
COMMENT ON COLUMN article_versions.change IS 'Which of title, standfirst, authors and body differ from the version before; empty for the first.';

CREATE TABLE article_keys (
    kind VARCHAR NOT NULL,
    "key" VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL
);
COMMENT ON TABLE article_keys IS 'A key an article is known by; used by the loader. One row a kind and key.';
COMMENT ON COLUMN article_keys.kind IS 'url, id or origin.';
COMMENT ON COLUMN article_keys."key" IS 'The canonical URL; the given id behind its source or dump; or the origin.';
COMMENT ON COLUMN article_keys.article_id IS 'The article.';

CREATE TABLE documents (
    document_id VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    source VARCHAR,
    media_type VARCHAR NOT NULL,
    size_bytes BIGINT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    pack VARCHAR NOT NULL,
    article_id VARCHAR,
    rules_version VARCHAR NOT NULL
);
COMMENT ON TABLE documents IS 'A raw document ever received. One row a document_id and origin.';
COMMENT ON COLUMN documents.document_id IS 'SHA-256, hex, of its bytes after .gz; of the copy''s UTF-8 for a row of a dump.';
COMMENT ON COLUMN documents.origin IS 'Path or URL; #ID, #LINE or #OFFSET inside a dump or archive.';
COMMENT ON COLUMN documents.source IS 'The outlet, as far as known.';
COMMENT ON COLUMN documents.media_type IS 'text/plain, text/html, or what it turned out to be when it cannot be read.';
COMMENT ON COLUMN documents.size_bytes IS 'Its size in bytes, after decompression.';
COMMENT ON COLUMN documents.received_at IS 'When it was first received.';
COMMENT ON COLUMN documents.pack IS 'File in the landing folder that holds its bytes.';
COMMENT ON COLUMN documents.article_id IS 'The article it belongs to; null when it was refused.';
COMMENT ON COLUMN documents.rules_version IS 'The rules it was last dealt with by.';

CREATE TABLE receipts (
    run_id VARCHAR NOT NULL,
    "position" BIGINT NOT NULL,
    origin VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL,
    article_id VARCHAR
);
COMMENT ON TABLE receipts IS 'An input of a run and what became of it.';
COMMENT ON COLUMN receipts.run_id IS 'The run.';
COMMENT ON COLUMN receipts."position" IS '0-based place of the input in its run.';
COMMENT ON COLUMN receipts.origin IS 'Where it came from.';
COMMENT ON COLUMN receipts.document_id IS 'SHA-256, hex, of its bytes.';
COMMENT ON COLUMN receipts.outcome IS 'loaded, updated, unchanged, duplicate or quarantined.';
COMMENT ON COLUMN receipts.article_id IS 'The article it belongs to; null when it was refused.';

CREATE TABLE quarantine (
    document_id VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    source VARCHAR,
    reasons VARCHAR[] NOT NULL,
    stage VARCHAR,
    detail VARCHAR,
    run_id VARCHAR NOT NULL,
    quarantined_at TIMESTAMPTZ NOT NULL,
    resolved_at TIMESTAMPTZ,
    rules_version VARCHAR NOT NULL
);
COMMENT ON TABLE quarantine IS 'A refused document; its bytes are in the landing folder. At most one unresolved row a document_id and origin.';
COMMENT ON COLUMN quarantine.document_id IS 'SHA-256, hex, of its bytes.';
COMMENT ON COLUMN quarantine.origin IS 'Where it came from.';
COMMENT ON COLUMN quarantine.source IS 'The outlet, as far as known.';
COMMENT ON COLUMN quarantine.reasons IS 'Why it was refused: reason codes, failed_check:NAME for a check.';
COMMENT ON COLUMN quarantine.stage IS 'The step that refused it.';
COMMENT ON COLUMN quarantine.detail IS 'Why, in one sentence.';
COMMENT ON COLUMN quarantine.run_id IS 'The run that refused it last.';
COMMENT ON COLUMN quarantine.quarantined_at IS 'When it was refused last.';
COMMENT ON COLUMN quarantine.resolved_at IS 'When it was loaded after all; null: still refused.';
COMMENT ON COLUMN quarantine.rules_version IS 'The rules it was refused by.';

CREATE TABLE article_links (
    article_id VARCHAR NOT NULL,
    other_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    similarity DOUBLE NOT NULL,
    shared_words INTEGER NOT NULL
);
COMMENT ON TABLE article_links IS 'A relation between two articles, one row a pair and kind. same_text holds for both ways and is kept once, with article_id < other_id; a group of more than 100 is linked to its representative only.';
COMMENT ON COLUMN article_links.article_id IS 'One article.';
COMMENT ON COLUMN article_links.other_id IS 'The other article.';
COMMENT ON COLUMN article_links.kind IS 'same_text, near_duplicate, contains or quotes.';
COMMENT ON COLUMN article_links.similarity IS '0 to 1; 1 for the same words.';
COMMENT ON COLUMN article_links.shared_words IS 'Words both have.';

CREATE TABLE relate_queue (body_hash VARCHAR NOT NULL);
COMMENT ON TABLE relate_queue IS 'Texts whose articles changed since relations were last worked out; empty after every run.';
COMMENT ON COLUMN relate_queue.body_hash IS 'body_hash of a version written, replaced or closed.';

CREATE TABLE stories (
    story_id VARCHAR NOT NULL,
    title VARCHAR,
    first_published_at TIMESTAMPTZ,
    last_published_at TIMESTAMPTZ,
    article_count INTEGER NOT NULL,
    source_count INTEGER NOT NULL
);
COMMENT ON TABLE stories IS 'A group of articles on one event.';
COMMENT ON COLUMN stories.story_id IS 'The story.';
COMMENT ON COLUMN stories.title IS 'Title of its representative article.';
COMMENT ON COLUMN stories.first_published_at IS 'Earliest publication in it.';
COMMENT ON COLUMN stories.last_published_at IS 'Latest publication in it.';
COMMENT ON COLUMN stories.article_count IS 'Articles in it.';
COMMENT ON COLUMN stories.source_count IS 'Outlets in it.';

CREATE TABLE runs (
    run_id VARCHAR NOT NULL,
    flow_run_id VARCHAR,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    status VARCHAR NOT NULL,
    inputs BIGINT NOT NULL,
    loaded BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    duplicate BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    articles_per_second DOUBLE,
    rules_version VARCHAR NOT NULL,
    code_version VARCHAR NOT NULL
);
COMMENT ON TABLE runs IS 'A run. A completed one balances: inputs = loaded + updated + unchanged + duplicate + quarantined.';
COMMENT ON COLUMN runs.run_id IS 'The run.';
COMMENT ON COLUMN runs.flow_run_id IS 'Its Prefect flow run; null when it was not tracked.';
COMMENT ON COLUMN runs.started_at IS 'When it started.';
COMMENT ON COLUMN runs.finished_at IS 'When it ended; null while it is running and for a crashed one.';
COMMENT ON COLUMN runs.status IS 'running, completed, failed, or crashed (it ended without a word).';
COMMENT ON COLUMN runs.inputs IS 'Documents read.';
COMMENT ON COLUMN runs.loaded IS 'Inputs that became new articles.';
COMMENT ON COLUMN runs.updated IS 'Inputs that became new versions.';
COMMENT ON COLUMN runs.unchanged IS 'Inputs that brought nothing new.';
COMMENT ON COLUMN runs.duplicate IS 'Inputs that are copies of an article.';
COMMENT ON COLUMN runs.quarantined IS 'Inputs that were refused.';
COMMENT ON COLUMN runs.articles_per_second IS 'Inputs divided by the seconds from start to end.';
COMMENT ON COLUMN runs.rules_version IS 'The rules it worked by.';
COMMENT ON COLUMN runs.code_version IS 'The code it ran.';

CREATE TABLE quality_results (
    run_id VARCHAR NOT NULL,
    batch INTEGER NOT NULL,
    expectation VARCHAR NOT NULL,
    column_name VARCHAR,
    severity VARCHAR NOT NULL,
    success BOOLEAN NOT NULL,
    checked BIGINT NOT NULL,
    unexpected BIGINT NOT NULL,
    sample VARCHAR[] NOT NULL
);
COMMENT ON TABLE quality_results IS 'The result of one expectation on one batch of accepted articles.';
COMMENT ON COLUMN quality_results.run_id IS 'The run.';
COMMENT ON COLUMN quality_results.batch IS 'Number of the batch in its run, from 0.';
COMMENT ON COLUMN quality_results.expectation IS 'Name of the expectation, as in failed_check:NAME.';
COMMENT ON COLUMN quality_results.column_name IS 'What it looks at.';
COMMENT ON COLUMN quality_results.severity IS 'critical: a failing article is refused; warning: it is flagged.';
COMMENT ON COLUMN quality_results.success IS 'Whether every article of the batch met it.';
COMMENT ON COLUMN quality_results.checked IS 'Articles looked at.';
COMMENT ON COLUMN quality_results.unexpected IS 'Articles that did not meet it.';
COMMENT ON COLUMN quality_results.sample IS 'Up to five values that did not meet it, as text.';
