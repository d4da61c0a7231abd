SELECT url FROM collected_urls;
