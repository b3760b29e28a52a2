//! Family CTL: the suite judging itself, so that no other verdict rests on sand.

use super::ending::Ending;
use super::envelope::departures;
use super::evidence::{acknowledged, answer, deliveries, look, told, unseen};
use super::returned::code_in;
use super::{Finding, Judge, Tally, Verdict};
use crate::check::{Check, Level, Need};
use crate::context::{Context, ObservationLevel};
use crate::text::Text;
use crate::transcript::{Delivered, LinkState, Observed, Transcript, What};

/// The checks of the family.
pub(crate) const CHECKS: &[Check] = &[CTL_01, CTL_02, CTL_03, CTL_04, CTL_05];

/// A login gets through.
const CTL_01: Check = Check {
    id: "CTL-01",
    level: Level::Control,
    basis: &["S09"],
    needs: &[Need::Login],
    scenarios: &["calibration"],
    title: &Text::fixed(
        "A plain login gets through to the redirect",
        "一次普通的登录能够走到重定向",
    ),
    why: &Text::fixed(
        "Whatever needs a login proves nothing until one works.",
        "在登录成功之前,一切依赖登录的检查都证明不了什么。",
    ),
    fault: &Text::fixed(
        "The linking URL is another page's, the accounts are wrong, or the form is not recognised; `linklab doctor` shows where it stopped.",
        "绑定地址指向别的页面、账户不正确,或没有识别出表单;`linklab doctor` 会指出停在哪里。",
    ),
    judge: Judge::Each(login_gets_through),
};

/// The observation tells the truth.
const CTL_02: Check = Check {
    id: "CTL-02",
    level: Level::Control,
    basis: &[],
    needs: &[Need::Login, Need::Webhook],
    scenarios: &["calibration"],
    title: &Text::fixed(
        "The observation tells linked from unlinked",
        "观察手段能够区分已绑定与未绑定",
    ),
    why: &Text::fixed(
        "An observation that always says the same makes every verdict on link states worthless.",
        "总是给出同一答案的观察手段,会让所有关于绑定状态的结论失去价值。",
    ),
    fault: &Text::fixed(
        "The probe is hard-wired or cached, or looks at another store than the bot.",
        "探针被写死或使用了缓存,或与机器人读取的不是同一份数据。",
    ),
    judge: Judge::All(probe_is_honest),
};

/// Rightly signed events are accepted.
const CTL_03: Check = Check {
    id: "CTL-03",
    level: Level::Control,
    basis: &["wh"],
    needs: &[Need::Login, Need::Webhook],
    scenarios: &["calibration", "forged", "odd-bytes"],
    title: &Text::fixed(
        "A rightly signed event is accepted, so that refusing forged ones means something",
        "签名正确的事件会被接受,这样拒绝伪造事件才有意义",
    ),
    why: &Text::fixed(
        "A backend that refuses every event would look perfectly safe.",
        "一个拒绝所有事件的后端看起来会十分安全。",
    ),
    fault: &Text::fixed(
        "The app secret differs from the one the suite signs with, or every POST is refused (one of the vendor's samples does that).",
        "应用密钥与套件签名所用的不同,或拒绝所有 POST(官方的一个示例就是如此)。",
    ),
    judge: Judge::Each(signed_is_accepted),
};

/// What the suite sends is what the platform would send.
const CTL_04: Check = Check {
    id: "CTL-04",
    level: Level::Control,
    basis: &["ev"],
    needs: &[Need::Webhook],
    scenarios: &[
        "calibration",
        "flow",
        "unlink",
        "unlink-other",
        "relink",
        "chat-login",
        "interleaved",
        "control",
    ],
    title: &Text::fixed(
        "Every event that the suite's platform sent has the official shape",
        "套件的平台发出的每个事件都符合官方格式",
    ),
    why: &Text::fixed(
        "A backend must not be blamed for an event that the live platform would never send.",
        "不能因为真实平台绝不会发出的事件而指责后端。",
    ),
    fault: &Text::fixed(
        "A defect of linklab itself; please report it.",
        "这是 linklab 自身的缺陷,请报告给我们。",
    ),
    judge: Judge::Each(own_events_are_official),
};

/// The backend still works after the run.
const CTL_05: Check = Check {
    id: "CTL-05",
    level: Level::Control,
    basis: &["S09"],
    needs: &[Need::Login],
    scenarios: &["calibration", "control"],
    title: &Text::fixed(
        "The plain flow still works after everything else has been played",
        "其余一切都执行完之后,普通流程仍然可用",
    ),
    why: &Text::fixed(
        "A backend that hostile input has brought down, or that has locked its accounts, casts doubt on what was judged last.",
        "如果后端被恶意输入弄垮,或锁住了账户,那么最后得到的结论就值得怀疑。",
    ),
    fault: &Text::fixed(
        "The process died, the account is locked after wrong passwords, or a shared state was poisoned.",
        "进程已退出、账户因密码错误被锁定,或共享状态被破坏。",
    ),
    judge: Judge::All(still_works),
};

fn login_gets_through(transcript: &Transcript, _context: &Context) -> Verdict {
    let (message, got) = match Ending::of(transcript, 0, "") {
        None => return Verdict::Untouched,
        Some(Ending::Away(returned)) if code_in(&returned.navigated.url).is_some() => {
            return Verdict::Held;
        }
        // Where the login went wrong behind the credentials, checks of their own say so.
        Some(Ending::Away(_) | Ending::OwnPage(_)) => {
            return Verdict::Blocked(Text::new(
                format!(
                    "{}: the credentials were accepted, and no code came back (RED-01, RED-02)",
                    transcript.id
                ),
                format!(
                    "{}:凭据已被接受,但没有带回授权码(见 RED-01、RED-02)",
                    transcript.id
                ),
            ));
        }
        Some(Ending::AskedAgain(page)) => (
            Text::fixed(
                "the backend asked for the password again: are the accounts of linking.toml right?",
                "后端再次要求输入密码:linking.toml 中的账户是否正确?",
            ),
            format!("status {} from {}", page.status, page.url),
        ),
        Some(Ending::NotSent(reason)) => (
            Text::new(
                format!("the driver did not get as far as sending a password: {reason}"),
                format!("驱动程序没有走到提交密码这一步:{reason}"),
            ),
            first_page(transcript),
        ),
    };
    Verdict::Broken(Finding::new(
        transcript,
        message,
        "a redirect to the redirect_uri with a code",
        got,
    ))
}

/// What the linking URL answered.
fn first_page(transcript: &Transcript) -> String {
    transcript.exchanges(0).next().map_or_else(
        || "no page".to_owned(),
        |page| {
            format!(
                "status {} ({})",
                page.status,
                page.header("content-type").unwrap_or("no content type")
            )
        },
    )
}

/// Looks under one tag of the calibration, best means first.
fn looks<'a>(transcripts: &[&'a Transcript], tag: &'a str) -> Vec<(&'a Transcript, &'a Observed)> {
    let steps = transcripts
        .iter()
        .flat_map(|transcript| transcript.tagged(tag).map(move |step| (*transcript, step)));
    steps
        .filter_map(|(transcript, step)| match &step.what {
            What::Observed(observed) => Some((transcript, observed)),
            _ => None,
        })
        .collect()
}

fn probe_is_honest(transcripts: &[&Transcript], _context: &Context) -> Tally {
    let mut tally = Tally::default();
    let never = looks(transcripts, "never");
    let linked = looks(transcripts, "linked");
    let unlinked = looks(transcripts, "unlinked");
    for (transcript, stranger) in &never {
        let of = |looks: &[(&Transcript, &'_ Observed)]| {
            looks
                .iter()
                .find(|(_, seen)| seen.level == stranger.level)
                .map(|(_, seen)| seen.state.clone())
        };
        let means = means(stranger.level);
        if let LinkState::Linked { .. } = stranger.state {
            tally.examples += 1;
            tally.findings.push(Finding::new(
                transcript,
                Text::new(
                    format!(
                        "the {} lies: it says linked of a user who never linked",
                        means.0
                    ),
                    format!("{}不可信:它说一个从未绑定的用户已绑定", means.1),
                ),
                "not linked",
                told(&stranger.state),
            ));
            continue;
        }
        let (Some(after), Some(gone)) = (of(&linked), of(&unlinked)) else {
            continue;
        };
        if let Some(other) = contradiction(&linked, stranger.level, &after) {
            tally.examples += 1;
            tally.findings.push(Finding::new(
                transcript,
                Text::fixed(
                    "the probe contradicts the bot: it says not linked of a user whom the bot treats as linked",
                    "探针与机器人相矛盾:机器人把该用户当作已绑定,探针却说未绑定",
                ),
                told(&other.state),
                told(&after),
            ));
            continue;
        }
        match (&stranger.state, &after, &gone) {
            (LinkState::Unlinked, LinkState::Linked { .. }, LinkState::Unlinked) => tally.examples += 1,
            (before, after, gone) => tally.blocked.push(Text::new(
                format!(
                    "the {} said \"{}\" before linking, \"{}\" after it and \"{}\" after unlinking; either it or the backend is wrong (LNK-01, UNL-01)",
                    means.0,
                    told(before),
                    told(after),
                    told(gone)
                ),
                format!(
                    "{}在绑定前显示“{}”,绑定后显示“{}”,解绑后显示“{}”;不是它有误,就是后端有误(见 LNK-01、UNL-01)",
                    means.1,
                    told(before),
                    told(after),
                    told(gone)
                ),
            )),
        }
    }
    tally
}

fn means(level: ObservationLevel) -> (&'static str, &'static str) {
    match level {
        ObservationLevel::Probe => ("probe", "探针"),
        ObservationLevel::Chat => ("chat oracle", "聊天观察"),
        ObservationLevel::Wire => ("observation", "观察手段"),
    }
}

/// A look by chat that says linked while the probe says unlinked.
fn contradiction<'a>(
    linked: &[(&Transcript, &'a Observed)],
    level: ObservationLevel,
    state: &LinkState,
) -> Option<&'a Observed> {
    if level != ObservationLevel::Probe || *state != LinkState::Unlinked {
        return None;
    }
    linked.iter().map(|(_, seen)| *seen).find(|seen| {
        seen.level == ObservationLevel::Chat && matches!(seen.state, LinkState::Linked { .. })
    })
}

/// The rightly signed linked event that speaks last: odd spellings and single headers have a twin where they
/// were not accepted, and an `unlinked` twin follows a linking under `before`.
fn signed_linking(transcript: &Transcript) -> Option<(&Delivered, &Observed)> {
    ["twin", "odd", "accepted", "before"]
        .into_iter()
        .find_map(|tag| {
            let event = deliveries(transcript, tag)
                .find(|event| event.kinds.iter().any(|kind| kind == "linked"))?;
            Some((event, look(transcript, tag)?))
        })
}

const SIGNED_AND_REFUSED: Text = Text::fixed(
    "a rightly signed event was refused: do backend and suite use the same app secret?",
    "签名正确的事件被拒绝:后端与套件使用的应用密钥是否相同?",
);

/// Whether a signed event of the plain linking was turned away as a forged one would be. Other failures of an
/// answer are HOK-03's.
fn turned_away(event: &Delivered) -> bool {
    matches!(event.status, Some(400..=499))
}

fn signed_is_accepted(transcript: &Transcript, _context: &Context) -> Verdict {
    if let Some(event) = deliveries(transcript, "after-event").find(|event| turned_away(event)) {
        return Verdict::Broken(Finding::new(
            transcript,
            SIGNED_AND_REFUSED,
            "status 200",
            answer(event),
        ));
    }
    let Some((event, seen)) = signed_linking(transcript) else {
        return Verdict::Untouched;
    };
    let message = match (acknowledged(event), &seen.state) {
        (true, LinkState::Linked { .. }) => return Verdict::Held,
        (_, LinkState::Unknown { .. }) => return Verdict::Blocked(unseen(transcript, &seen.state)),
        (true, LinkState::Unlinked) => Text::fixed(
            "a rightly signed event was acknowledged and had no effect: do backend and suite use the same app secret?",
            "签名正确的事件得到了确认,却没有生效:后端与套件使用的应用密钥是否相同?",
        ),
        (false, _) => SIGNED_AND_REFUSED,
    };
    let got = format!("{}; {}", answer(event), told(&seen.state));
    Verdict::Broken(Finding::new(
        transcript,
        message,
        "status 200 and a linked user",
        got,
    ))
}

fn own_events_are_official(transcript: &Transcript, context: &Context) -> Verdict {
    let mut seen = false;
    for delivered in transcript.steps.iter().filter_map(|step| match &step.what {
        What::Delivered(delivered) if delivered.signature == "both" => Some(delivered),
        _ => None,
    }) {
        seen = true;
        let found = departures(&delivered.body, &context.page_id);
        if !found.is_empty() {
            return Verdict::Broken(Finding::new(
                transcript,
                Text::new(
                    format!(
                        "linklab sent an event that the platform would not send: {}",
                        found.join("; ")
                    ),
                    format!("linklab 发出了真实平台不会发出的事件:{}", found.join(";")),
                ),
                "the official shape of an event",
                &delivered.body,
            ));
        }
    }
    if seen {
        Verdict::Held
    } else {
        Verdict::Untouched
    }
}

/// How far a plain flow got; later is further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Nowhere,
    Coded,
    Acknowledged,
    Linked,
}

impl Stage {
    fn told(self) -> &'static str {
        match self {
            Self::Nowhere => "no redirect with a code",
            Self::Coded => "a code, and an event that was not acknowledged",
            Self::Acknowledged => "an acknowledged event without effect",
            Self::Linked => "a linked user",
        }
    }

    fn of(transcript: &Transcript) -> Self {
        let coded = transcript
            .navigation(0)
            .is_some_and(|navigated| code_in(&navigated.url).is_some());
        if !coded {
            return Self::Nowhere;
        }
        let events: Vec<&Delivered> = deliveries(transcript, "after-event").collect();
        if events.is_empty() {
            // Without a webhook the redirect is the end.
            return Self::Linked;
        }
        if !events.into_iter().all(acknowledged) {
            return Self::Coded;
        }
        let seen = ["after-event", "linked"]
            .into_iter()
            .find_map(|tag| look(transcript, tag));
        match seen.map(|seen| &seen.state) {
            Some(LinkState::Unlinked) => Self::Acknowledged,
            Some(LinkState::Linked { .. } | LinkState::Unknown { .. }) | None => Self::Linked,
        }
    }
}

fn still_works(transcripts: &[&Transcript], _context: &Context) -> Tally {
    let mut tally = Tally::default();
    let of = |scenario: &str| {
        transcripts
            .iter()
            .find(|transcript| transcript.scenario == scenario)
    };
    let Some(control) = of("control") else {
        return tally;
    };
    let after = Stage::of(control);
    let before = of("calibration").map(|calibration| Stage::of(calibration));
    if after == Stage::Linked {
        tally.examples = 1;
    } else if before.is_some_and(|before| after < before) {
        tally.examples = 1;
        tally.findings.push(Finding::new(
            control,
            Text::fixed(
                "the plain flow worked before the run and does not any more: something that was sent has broken the backend",
                "普通流程在运行之前可用,之后不再可用:发送的某些内容弄坏了后端",
            ),
            before.map_or("", Stage::told),
            after.told(),
        ));
    } else {
        tally.blocked.push(Text::new(
            format!(
                "{}: the plain flow did not work before the run either ({})",
                control.id,
                after.told()
            ),
            format!(
                "{}:普通流程在运行之前也不可用({})",
                control.id,
                after.told()
            ),
        ));
    }
    tally
}

#[cfg(test)]
#[path = "ctl_tests.rs"]
mod tests;
