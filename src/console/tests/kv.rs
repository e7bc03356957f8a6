//! `nats kv` in a whole world: what it prints, as recorded from the real CLI.

use super::*;

/// Types lines of which each is to print just this.
fn expect(typist: &mut Typist, lines: &[(&str, &str)]) {
    for (line, expected) in lines {
        let (printed, _) = typist.types(line);
        assert_eq!(printed.trim_end(), *expected, "{line}");
    }
}

#[test]
fn a_bucket_and_its_keys() {
    let mut typist = Typist::new();
    let (added, state) =
        typist.types("nats kv add CONFIG --history 5 --ttl 1h --description 'Settings'");
    assert_eq!(state, State::Done, "{added}");
    let at = added.split_once("created ").expect("a date").1.split_once('\n').expect("lines").0;
    let expected = format!(
        "\
Information for Key-Value Store Bucket CONFIG created {at}

Configuration:

            Bucket Name: CONFIG
           History Kept: 5
          Values Stored: 0
             Compressed: false
  Per-Key TTL Supported: false
     Backing Store Kind: JetStream
            Description: Settings
            Bucket Size: 0 B
    Maximum Bucket Size: unlimited
     Maximum Value Size: unlimited
            Maximum Age: 1h0m0s
       JetStream Stream: KV_CONFIG
                Storage: File

Cluster Information:

                   Name: us-east
"
    );
    assert!(added.starts_with(&expected), "{added}");
    let conflict = "nats: error: nats: nats: API error: code=400 err_code=10071 description=wrong last sequence";
    expect(
        &mut typist,
        &[
            ("nats kv ls CONFIG", "No keys found in bucket"),
            ("nats kv put CONFIG db.host localhost", "localhost"),
            ("nats kv create CONFIG db.port 5432", "5432"),
            ("nats kv create CONFIG db.port 1", &format!("{conflict}: 2: key exists")),
            ("nats kv update CONFIG db.host db1 1", "db1"),
            (
                "nats kv update CONFIG db.host db2 1",
                &format!("{conflict}: 3: nats: key revision mismatch"),
            ),
            ("nats kv get CONFIG db.host --raw", "db1"),
            ("nats kv get CONFIG db.host --revision 1 --raw", "localhost"),
            ("nats kv get CONFIG none", "nats: error: nats: key not found"),
            (
                "nats kv del CONFIG db.port",
                "nats: error: cannot ask for confirmation without a terminal\nAdd -f to do it without being asked.",
            ),
            (
                "nats kv del CONFIG db.port -f",
                "Key db.port of CONFIG is marked as deleted; the real CLI prints nothing.",
            ),
            ("nats kv get CONFIG db.port", "nats: error: nats: key not found"),
            ("nats kv ls CONFIG", "db.host"),
            ("nats kv ls CONFIG 'mail.*'", "No keys found in bucket"),
        ],
    );
    let (got, _) = typist.types("nats kv get CONFIG db.host");
    assert!(got.starts_with("CONFIG > db.host revision: 3 created @ 2026-"), "{got}");
    assert!(got.ends_with("\n\ndb1"), "{got}");
    let (history, _) = typist.types("nats kv history CONFIG db.port");
    let lines: Vec<&str> = history.lines().collect();
    assert_eq!(lines[1].trim_matches(['│', ' ']), "History for CONFIG > db.port");
    assert!(lines[5].starts_with("│ db.port │        2 │ PUT    │ 2026-"), "{history}");
    assert!(lines[6].ends_with(" │ 0      │       │"), "{history}");
    let (table, _) = typist.types("nats kv ls CONFIG -v --display-value");
    assert!(table.contains("Contents for bucket 'CONFIG'"), "{table}");
    assert!(table.contains("│     0 │        3 │ db1   │"), "{table}");
    let (reverted, _) = typist.types("nats kv revert CONFIG db.host 1 --force");
    assert!(reverted.contains("│ db.host │        5 │ PUT │"), "{reverted}");
    let (buckets, _) = typist.types("nats kv ls");
    assert!(buckets.contains("│ CONFIG │ Settings    │ 2026-"), "{buckets}");
    expect(&mut typist, &[("nats kv ls -n", "CONFIG")]);
    let (edited, _) = typist.types("nats kv edit CONFIG --history 2 --marker-ttl 30s");
    assert!(edited.contains("History Kept: 2\n"), "{edited}");
    assert!(edited.contains("Limit Marker TTL: 30.00s\n"), "{edited}");
    assert!(edited.contains("Maximum Age: 1h0m0s\n"), "{edited}");
    expect(
        &mut typist,
        &[
            ("nats kv create CONFIG lock me --ttl 5s", "me"),
            (
                "nats kv purge CONFIG db.host -f",
                "Of key db.host of CONFIG there is only a marker now; the real CLI prints nothing.",
            ),
            (
                "nats kv compact CONFIG -f",
                "2 deleted keys are cleaned up; the real CLI prints nothing.",
            ),
            ("nats kv del CONFIG -f", "Bucket CONFIG is gone; the real CLI prints nothing."),
            (
                "nats kv get CONFIG x",
                "nats: error: nats: bucket not found\n'nats kv ls' lists the buckets there are.",
            ),
            ("nats kv ls", "No Key-Value buckets found"),
        ],
    );
}

#[test]
fn a_watch_shows_what_is_and_what_comes() {
    let mut typist = Typist::new();
    typist.types("nats kv add CONFIG");
    typist.types("nats kv put CONFIG db.host localhost");
    typist.types("nats kv put CONFIG mail m1");
    let (printed, state) = typist.types("nats kv watch CONFIG 'db.*'");
    assert_eq!(state, State::Listening, "{printed}");
    let wait = |typist: &mut Typist| typist.world.run_until(typist.world.now() + Span::secs(1));
    wait(&mut typist);
    let watching = typist.session.entries().len() - 1;
    typist.types("nats kv put CONFIG db.host db1");
    typist.types("nats kv put CONFIG mail m2");
    typist.types("nats kv del CONFIG db.host -f");
    wait(&mut typist);
    let entry = &typist.session.entries()[watching];
    let output = typist.session.render(entry, &typist.world);
    let said: Vec<&str> =
        output.lines.iter().map(|line| line.text.split_once("] ").expect("a date").1).collect();
    assert_eq!(
        said,
        ["PUT CONFIG > db.host: localhost", "PUT CONFIG > db.host: db1", "DELETE CONFIG > db.host"]
    );
    typist.types("nats kv watch NOPE");
    wait(&mut typist);
    let last = typist.session.entries().last().expect("an entry");
    let output = typist.session.render(last, &typist.world);
    let said: Vec<&str> = output.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        said,
        ["nats: error: nats: bucket not found", "'nats kv ls' lists the buckets there are."]
    );
}

#[test]
fn buckets_are_copied_and_gathered() {
    let mut typist = Typist::new();
    let wait = |typist: &mut Typist| typist.world.run_until(typist.world.now() + Span::secs(3));
    typist.types("nats kv add A");
    typist.types("nats kv put A db.host a1");
    let (made, _) = typist.types("nats kv add ALL --source A");
    assert!(made.contains("Source Bucket: A\n"), "{made}");
    let (made, _) = typist.types("nats kv add COPY --mirror A");
    assert!(made.contains("Origin Bucket: A\n"), "{made}");
    wait(&mut typist);
    expect(
        &mut typist,
        &[
            ("nats kv get ALL db.host --raw", "a1"),
            ("nats kv put ALL own x", "x"),
            ("nats kv ls ALL", "db.host\nown"),
            // A copy in the same domain has its values under the names of its origin: Go's client looks
            // for its own, and finds nothing. What is put into it goes to the origin.
            ("nats kv get COPY db.host", "nats: error: nats: key not found"),
            ("nats kv put COPY db.host a2", "a2"),
            ("nats kv get A db.host --raw", "a2"),
        ],
    );
}

#[test]
fn what_is_wrong_is_said_in_the_words_of_gos_client() {
    let mut typist = Typist::new();
    typist.types("nats kv add CONFIG");
    for (line, error, right) in [
        ("nats kv add a.b", "nats: invalid bucket name", "It has letters, digits, _ and - only"),
        ("nats kv put CONFIG 'a b' x", "nats: invalid key", "It has letters, digits, - _ = /"),
        ("nats kv get CONFIG a..b", "nats: invalid key", "single dots inside, not \"a..b\""),
        ("nats kv purge CONFIG 'a.*' -f", "nats: invalid key", ""),
        ("nats kv watch CONFIG '.>'", "nats: invalid key\nIt has", "> at its end, not \".>\""),
        (
            "nats kv watch CONFIG --history --updates",
            "nats: invalid jetstream option: updates only can not be used with include history",
            "",
        ),
        ("nats kv add B --history -1", "--history is not negative", ""),
        ("nats kv add B --replicas 6", "err_code=10052 description=maximum replicas is 5", ""),
        ("nats kv add B --history 65", "nats: history limited to a max of 64", ""),
        ("nats kv update CONFIG a x", "required argument 'revision' not provided", ""),
        (
            "nats kv add B --marker-ttl 500ms",
            "subject delete marker TTL must be at least 1 second",
            "",
        ),
        ("nats kv add B --ttl 50ms", "max age needs to be >= 100ms", ""),
        (
            "nats kv add CONFIG --history 5",
            "nats: error: nats: bucket name already in use: CONFIG\nnats: API error: code=400 err_code=10058 description=stream name already in use",
            "",
        ),
        (
            "nats kv del NOPE -f",
            "nats: error: nats: bucket not found: NOPE\nnats: API error: code=404 err_code=10059 description=stream not found",
            "",
        ),
    ] {
        let (printed, state) = typist.types(line);
        assert_eq!(state, State::Failed, "{line}: {printed}");
        assert!(printed.contains(error) && printed.contains(right), "{line}: {printed}");
    }
}

#[test]
fn buckets_stand_in_the_order_of_their_size_names_in_their_own_and_values_in_verbose_lists_only() {
    let mut typist = Typist::new();
    for line in ["nats kv add A", "nats kv put A k 'quite a long value'", "nats kv add B"] {
        typist.types(line);
    }
    let (printed, _) = typist.types("nats kv ls");
    let place = |name: &str| printed.find(name).expect(name);
    assert!(place("│ B ") < place("│ A "), "{printed}");
    expect(&mut typist, &[("nats kv ls A --display-value", "k"), ("nats kv ls -n", "A\nB")]);
    let (printed, _) = typist.types("nats kv ls A -v");
    assert!(printed.contains("│ Key │ Created") && !printed.contains("Value"), "{printed}");
}

#[test]
fn what_is_none_to_gos_client_is_as_if_it_were_not_given() {
    let mut typist = Typist::new();
    let (added, _) = typist.types("nats kv add CONFIG --history 0 --replicas 0");
    assert!(added.contains("History Kept: 1\n"), "{added}");
    expect(
        &mut typist,
        &[
            ("nats kv create CONFIG a 1 --ttl 0s", "1"),
            ("nats kv put CONFIG b 2", "2"),
            ("nats kv get CONFIG a --revision 2", "nats: error: nats: key not found"),
        ],
    );
}

#[test]
fn an_application_has_the_options_of_nats_py_and_changes_what_others_made_whole() {
    let mut typist = Typist::new();
    typist.types("nats kv add A --compress --metadata team=web");
    let (refused, state) = typist.types("checkout> nats kv add B --mirror A");
    assert_eq!(state, State::Failed);
    assert_eq!(
        refused,
        "nats: error: nats: unexpected keyword argument 'mirror'; Go's client knows it, and so does the console"
    );
    for option in ["--source A", "--compress", "--metadata a=b"] {
        let (refused, _) = typist.types(&format!("checkout> nats kv add B {option}"));
        assert!(refused.contains("unexpected keyword argument"), "{option}: {refused}");
    }
    let (edited, _) = typist.types("checkout> nats kv edit A --history 3");
    assert!(
        edited.contains("History Kept: 3\n") && edited.contains("Compressed: true\n"),
        "{edited}"
    );
    let (info, _) = typist.types("nats stream info KV_A");
    assert!(info.contains("team: web"), "{info}");
    typist.types("nats kv add B");
    typist.types("nats kv put B late x");
    let (edited, _) = typist.types("nats kv edit B --source A");
    assert!(edited.contains("Source Bucket: A\n"), "{edited}");
    typist.types("nats kv add COPY --mirror A");
    let (edited, _) = typist.types("checkout> nats kv edit COPY --description 'A copy'");
    assert!(edited.contains("Origin Bucket: A\n"), "{edited}");
}

#[test]
fn values_that_are_not_plain_are_shown_in_base64_but_in_watches_and_lists() {
    let mut typist = Typist::new();
    typist.types("nats kv add CONFIG");
    typist.types("nats kv put CONFIG name Zoë");
    let (got, _) = typist.types("nats kv get CONFIG name");
    assert!(got.contains("\n\nWm/Dqw==\nIn base64"), "{got}");
    expect(&mut typist, &[("nats kv get CONFIG name --raw", "Zoë")]);
    let (history, _) = typist.types("nats kv history CONFIG name");
    assert!(history.contains("│ 4      │ Wm/Dqw== │"), "{history}");
    let (list, _) = typist.types("nats kv ls CONFIG -v --display-value");
    assert!(list.contains("│ Zoë   │"), "{list}");
}
