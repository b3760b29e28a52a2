//! HOK-05 and HOK-06: every linking event of a delivery counts, whatever stands beside it.

use serde_json::Value;

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::evidence::{acknowledged, answer, deliveries, unseen};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{LinkState, Transcript};

/// Several linkings in one delivery all take effect.
pub(super) const HOK_05: Check = Check {
    id: "HOK-05",
    level: Level::Must,
    basis: &["wh"],
    needs: &[Need::Login, Need::Webhook, Need::Observation],
    scenarios: &["batch"],
    title: &Text::fixed(
        "Every linking event of a delivery takes effect, in whichever entry and at whichever position",
        "一次投递中的每个绑定事件都生效,无论在哪个 entry、哪个位置",
    ),
    why: &Text::fixed(
        "Under load the platform packs several events into one request; whoever is not first would stay unlinked although the platform says linked.",
        "负载较高时平台会把多个事件合并到一个请求里;排在后面的用户在平台上显示已绑定,在后端却没有。",
    ),
    fault: &Text::fixed(
        "Only entry[0].messaging[0] is read.",
        "只读取了 entry[0].messaging[0]。",
    ),
    judge: Judge::Each(all_take_effect),
};

/// Linking events among things that no backend knows take effect.
pub(super) const HOK_06: Check = Check {
    id: "HOK-06",
    level: Level::Must,
    basis: &["wh"],
    needs: &[Need::Login, Need::Webhook, Need::Observation],
    scenarios: &["batch"],
    title: &Text::fixed(
        "A linking event takes effect beside unknown events, unknown fields, standby and changes entries",
        "与未知事件、未知字段、standby 或 changes 条目同行的绑定事件照常生效",
    ),
    why: &Text::fixed(
        "The platform adds kinds and fields without notice; one of them must not cost the linkings that travel with it.",
        "平台会不打招呼地增加事件种类与字段;同一批里的绑定不应因此丢失。",
    ),
    fault: &Text::fixed(
        "An unknown kind throws, or messaging is read from an entry that has none, and the rest of the batch is lost.",
        "遇到未知种类就抛出异常,或从没有 messaging 的 entry 中读取,导致整批其余事件丢失。",
    ),
    judge: Judge::Each(unknown_is_skipped),
};

/// What stood beside the linkings, by the scenario's label.
fn mix(transcript: &Transcript) -> Option<&str> {
    transcript
        .labels
        .iter()
        .find_map(|label| label.strip_prefix("mix:"))
}

fn all_take_effect(transcript: &Transcript, _context: &Context) -> Verdict {
    if !matches!(mix(transcript), Some("plain" | "message")) {
        return Verdict::Untouched;
    }
    let idle = match idle(transcript) {
        Ok(idle) => idle,
        Err(verdict) => return verdict,
    };
    let Some(batch) = deliveries(transcript, "batch").next() else {
        return Verdict::Untouched;
    };
    if idle.is_empty() {
        return Verdict::Held;
    }
    let missed: Vec<String> = idle
        .iter()
        .map(|&flow| place(transcript, flow, &batch.body))
        .collect();
    let total = linkings(transcript);
    let message = if missed.len() == total {
        Text::new(
            format!(
                "none of {total} linkings in one delivery took effect; each does when it is posted alone"
            ),
            format!("同一次投递中的 {total} 个绑定全部没有生效;单独投递时都能生效"),
        )
    } else {
        Text::new(
            format!(
                "only {} of {total} linkings in one delivery took effect",
                total - missed.len()
            ),
            format!(
                "同一次投递中的 {total} 个绑定只有 {} 个生效",
                total - missed.len()
            ),
        )
    };
    Verdict::Broken(Finding::new(
        transcript,
        message,
        format!("all {total} linked"),
        format!("without effect: {}", missed.join(", ")),
    ))
}

fn unknown_is_skipped(transcript: &Transcript, _context: &Context) -> Verdict {
    let (en, zh) = match mix(transcript) {
        Some("unknown-kind") => ("an event of an unknown kind", "未知种类的事件"),
        Some("unknown-fields") => ("unknown fields", "未知字段"),
        Some("standby") => (
            "an entry with standby and no messaging",
            "只有 standby 而没有 messaging 的 entry",
        ),
        Some("changes") => (
            "an entry with changes and no messaging",
            "只有 changes 而没有 messaging 的 entry",
        ),
        _ => return Verdict::Untouched,
    };
    let Some(batch) = deliveries(transcript, "batch").next() else {
        return Verdict::Untouched;
    };
    let idle = match idle(transcript) {
        Ok(idle) => idle,
        Err(verdict) => return verdict,
    };
    if let Some(flow) = idle.first() {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!("a linking event had no effect because {en} stood in the same delivery"),
                format!("同一次投递里有{zh},绑定事件因此没有生效"),
            ),
            "linked, as when the event is posted alone",
            format!(
                "not linked ({}); {}",
                place(transcript, *flow, &batch.body),
                answer(batch)
            ),
        ));
    }
    if acknowledged(batch) {
        return Verdict::Held;
    }
    Verdict::Broken(Finding::new(
        transcript,
        Text::new(
            format!(
                "a delivery with {en} in it was not acknowledged, so the platform sends it again and again"
            ),
            format!("含有{zh}的投递没有得到确认,平台会反复重发"),
        ),
        "status 200",
        answer(batch),
    ))
}

/// Number of linkings that were looked at after the batch.
fn linkings(transcript: &Transcript) -> usize {
    (0..transcript.flows.len())
        .filter(|&flow| transcript.observed(flow, "batch").is_some())
        .count()
}

/// Linkings without effect that had one when posted alone; otherwise why nothing can be told.
fn idle(transcript: &Transcript) -> Result<Vec<usize>, Verdict> {
    let mut idle = Vec::new();
    let mut seen = false;
    for flow in 0..transcript.flows.len() {
        let Some(after) = transcript.observed(flow, "batch") else {
            continue;
        };
        seen = true;
        let bound = transcript
            .observed(flow, "before")
            .is_some_and(|before| is_linked(&before.state));
        if bound {
            return Err(Verdict::Blocked(Text::new(
                format!(
                    "{}: a user was linked before any event was posted (LNK-03)",
                    transcript.id
                ),
                format!(
                    "{}:任何事件投递之前就有用户处于绑定状态(见 LNK-03)",
                    transcript.id
                ),
            )));
        }
        match &after.state {
            LinkState::Linked { .. } => {}
            LinkState::Unknown { .. } => {
                return Err(Verdict::Blocked(unseen(transcript, &after.state)));
            }
            LinkState::Unlinked => {
                let twin = transcript.observed(flow, "twin");
                if !twin.is_some_and(|twin| is_linked(&twin.state)) {
                    return Err(Verdict::Blocked(Text::new(
                        format!(
                            "{}: the event has no effect alone either (LNK-01)",
                            transcript.id
                        ),
                        format!("{}:事件单独投递时同样没有生效(见 LNK-01)", transcript.id),
                    )));
                }
                idle.push(flow);
            }
        }
    }
    if seen {
        Ok(idle)
    } else {
        Err(Verdict::Untouched)
    }
}

fn is_linked(state: &LinkState) -> bool {
    matches!(state, LinkState::Linked { .. })
}

/// Where the linking of this flow stood in the delivery, as a path into its JSON.
fn place(transcript: &Transcript, flow: usize, body: &str) -> String {
    let psid = transcript
        .flows
        .get(flow)
        .map_or("", |given| given.psid.as_str());
    let parsed: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    let entries = parsed["entry"].as_array().map_or(&[][..], Vec::as_slice);
    for (at, entry) in entries.iter().enumerate() {
        let items = entry["messaging"].as_array().map_or(&[][..], Vec::as_slice);
        for (position, item) in items.iter().enumerate() {
            if item["sender"]["id"] == psid && !item["account_linking"].is_null() {
                return format!("entry[{at}].messaging[{position}]");
            }
        }
    }
    format!("user {psid}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{HOK_05, HOK_06};
    use crate::judge::Verdict;
    use crate::judge::posting::posted;
    use crate::judge::testing::{LIVE, Tape, broken, given, verdict};
    use crate::transcript::{Delivered, LinkState};

    /// Two users whose events stand at `entry[0].messaging[0]` and `entry[0].messaging[1]`.
    fn batch(label: &str, status: u16) -> Tape {
        let mut second = given(LIVE);
        second.psid = "2222222222222222".to_owned();
        Tape::new("batch")
            .label(label)
            .given(given(LIVE))
            .given(second)
            .tag("batch")
            .delivered(both(status))
    }

    fn both(status: u16) -> Delivered {
        let item =
            |psid: &str| json!({"sender": {"id": psid}, "account_linking": {"status": "linked"}});
        let mut delivered = posted("1134343043305865", "linked", &Value::Null, status);
        delivered.body = json!({"object": "page", "entry": [
            {"messaging": [item("1134343043305865"), item("2222222222222222")]}
        ]})
        .to_string();
        delivered
    }

    #[test]
    fn a_delivery_whose_linkings_all_count_is_held() {
        let transcript = batch("mix:plain", 200)
            .flow(0)
            .linked("alice")
            .flow(1)
            .linked("bob")
            .done();
        assert_eq!(verdict(HOK_05.judge, &transcript), Verdict::Held);
        assert_eq!(verdict(HOK_06.judge, &transcript), Verdict::Untouched);
    }

    #[test]
    fn a_linking_that_was_not_read_is_named_by_its_place() {
        let transcript = batch("mix:plain", 200)
            .flow(0)
            .linked("alice")
            .flow(1)
            .unlinked()
            .tag("twin")
            .linked("bob")
            .done();
        let finding = broken(verdict(HOK_05.judge, &transcript));
        assert!(finding.message.en.contains("only 1 of 2"), "{finding:?}");
        assert!(finding.got.contains("entry[0].messaging[1]"), "{finding:?}");
    }

    #[test]
    fn a_delivery_without_any_effect_is_broken_only_if_its_parts_work() {
        let idle = batch("mix:message", 200)
            .flow(0)
            .unlinked()
            .flow(1)
            .unlinked()
            .tag("twin");
        let finding = broken(verdict(
            HOK_05.judge,
            &idle.clone().linked("bob").flow(0).linked("alice").done(),
        ));
        assert!(finding.message.en.contains("none of 2"), "{finding:?}");
        assert!(matches!(
            verdict(HOK_05.judge, &idle.unlinked().flow(0).unlinked().done()),
            Verdict::Blocked(_)
        ));
    }

    #[test]
    fn unknown_things_must_not_cost_the_linking_beside_them() {
        let held = batch("mix:unknown-kind", 200)
            .flow(0)
            .linked("alice")
            .flow(1)
            .linked("bob")
            .done();
        assert_eq!(verdict(HOK_06.judge, &held), Verdict::Held);
        assert_eq!(verdict(HOK_05.judge, &held), Verdict::Untouched);
        for (label, word) in [
            ("mix:unknown-kind", "unknown kind"),
            ("mix:unknown-fields", "unknown fields"),
            ("mix:standby", "standby"),
            ("mix:changes", "changes"),
        ] {
            let lost = batch(label, 200)
                .flow(0)
                .unlinked()
                .tag("twin")
                .linked("alice")
                .done();
            let finding = broken(verdict(HOK_06.judge, &lost));
            assert!(finding.message.en.contains(word), "{finding:?}");
        }
    }

    #[test]
    fn a_delivery_with_unknown_things_must_be_acknowledged() {
        let refused = batch("mix:changes", 500)
            .flow(0)
            .linked("alice")
            .flow(1)
            .linked("bob")
            .done();
        assert!(
            broken(verdict(HOK_06.judge, &refused))
                .message
                .en
                .contains("not acknowledged")
        );
    }

    #[test]
    fn users_linked_at_login_prove_nothing() {
        let bound = batch("mix:plain", 200)
            .flow(0)
            .tag("before")
            .linked("alice")
            .tag("batch")
            .linked("alice")
            .done();
        assert!(matches!(verdict(HOK_05.judge, &bound), Verdict::Blocked(_)));
        let blind = batch("mix:plain", 200)
            .flow(0)
            .observed(LinkState::Unknown {
                why: "no answer".to_owned(),
            })
            .done();
        assert!(matches!(verdict(HOK_05.judge, &blind), Verdict::Blocked(_)));
    }
}
