//! `docs/protocol.md`, written from the table of APIs.

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::path::Path;

    use super::super::APIS;

    const HEAD: &str = "# The protocol\n\n\
        Kafka's wire protocol, as this broker serves it: each API with its key and its versions. Generated from the code; \
        `SAPWOOD_REGENERATE=1 cargo test -p sapwood protocol_page` writes it anew.\n\n\
        A version that is not in the table is not served. ApiVersions is answered in any version, if need be in its oldest form \
        with error 35 and the range below; for every other API the connection is closed, and the log says who asked for what. \
        Produce is advertised from version 0 for the sake of librdkafka (KAFKA-18659).\n\n\
        | key | API | versions |\n|---:|---|---|\n";

    #[test]
    fn the_protocol_page_says_what_is_served() {
        let mut page = HEAD.to_owned();
        let mut rows: Vec<_> = APIS.iter().map(|row| (row.key as i16, row)).collect();
        rows.sort_unstable_by_key(|(key, _)| *key);
        for (key, row) in rows {
            let (first, last) = (row.versions.start(), row.versions.end());
            writeln!(page, "| {key} | {:?} | {first} to {last} |", row.key)
                .expect("a string takes everything");
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md");
        if std::env::var_os("SAPWOOD_REGENERATE").is_some() {
            std::fs::write(&path, &page).expect("the page can be written");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            committed, page,
            "docs/protocol.md differs: SAPWOOD_REGENERATE=1 cargo test -p sapwood protocol_page"
        );
    }
}
