//! Mirrors and sources of streams as code.

use crate::nats::api::{StreamConfig, StreamSource};
use crate::nats::json;

use super::text::{Options, shell, string};

/// What a stream copies, in the options of the call that creates it; the names that Python has to
/// import for that.
pub(super) fn options(config: &StreamConfig, options: &mut Options) -> Vec<&'static str> {
    let mut imports = Vec::new();
    let mut flag = |name: &str, source: &StreamSource| {
        options.flag(&format!("--{name} {}", shell(&json::text(source))));
    };
    if let Some(mirror) = &config.mirror {
        flag("mirror", mirror);
        let call = python(mirror, &mut imports);
        options.python("mirror", call);
    }
    for source in &config.sources {
        options.flag(&format!("--source {}", shell(&json::text(source))));
    }
    if !config.sources.is_empty() {
        let calls: Vec<String> =
            config.sources.iter().map(|source| python(source, &mut imports)).collect();
        options.python("sources", format!("[\n        {},\n    ]", calls.join(",\n        ")));
    }
    imports
}

/// A source as nats-py has it.
fn python(source: &StreamSource, imports: &mut Vec<&'static str>) -> String {
    let mut import = |name| {
        if !imports.contains(&name) {
            imports.push(name);
        }
    };
    let mut call = format!("StreamSource(name={}", string(&source.name));
    if source.opt_start_seq > 0 {
        call += &format!(", opt_start_seq={}", source.opt_start_seq);
    }
    if !source.filter_subject.is_empty() {
        call += &format!(", filter_subject={}", string(&source.filter_subject));
    }
    if let Some(external) = &source.external {
        import("ExternalStream");
        call += &format!(", external=ExternalStream(api={})", string(&external.api));
    }
    import("StreamSource");
    if !source.subject_transforms.is_empty() {
        import("SubjectTransform");
        let transforms: Vec<String> = source
            .subject_transforms
            .iter()
            .map(|one| {
                format!("SubjectTransform(src={}, dest={})", string(&one.src), string(&one.dest))
            })
            .collect();
        call += &format!(", subject_transforms=[{}]", transforms.join(", "));
    }
    call + ")"
}
