//! Codes differ between accounts and between flows: COD-01 and COD-02.

use std::collections::BTreeMap;

use super::issued::{Issued, issued};
use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::{Finding, Judge, Tally};
use crate::text::Text;
use crate::transcript::Transcript;

pub(super) const COD_01: Check = Check {
    id: "COD-01",
    level: Level::Must,
    basis: &["S28", "ev"],
    needs: &[Need::Login, Need::TwoAccounts],
    scenarios: &["flow"],
    title: &Text::fixed(
        "Different accounts get different codes",
        "不同账户得到不同的授权码",
    ),
    why: &Text::fixed(
        "The event brings back the code and the PSID, nothing else. If two people share a code, nobody can tell who was linked.",
        "事件只带回授权码和 PSID。如果两个人的授权码相同,就无法知道绑定的是谁。",
    ),
    fault: &Text::fixed(
        "The constant of a sample, or a word such as OK, is sent as the code.",
        "把示例中的常量或 OK 之类的词当作授权码。",
    ),
    judge: Judge::All(differ_between_accounts),
};

pub(super) const COD_02: Check = Check {
    id: "COD-02",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "One account gets another code in each flow",
        "同一账户每次绑定得到不同的授权码",
    ),
    why: &Text::fixed(
        "A code that comes again can be used again by whoever has seen it once, in a log or an address bar.",
        "重复出现的授权码,任何在日志或地址栏中见过的人都能再次使用。",
    ),
    fault: &Text::fixed(
        "The code is computed from the account, such as a hash of its id.",
        "授权码由账户算出,例如账户编号的哈希。",
    ),
    judge: Judge::All(differ_between_flows),
};

/// Findings that one check prints; the rest says the same.
const MOST_FINDINGS: usize = 3;

fn differ_between_accounts(transcripts: &[&Transcript], _: &Context) -> Tally {
    let codes = issued(transcripts);
    let mut accounts: Vec<&str> = codes.iter().filter_map(|issued| issued.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    if accounts.len() < 2 {
        return Tally::default();
    }
    judge(
        &codes,
        |one, other| one.account != other.account,
        |first, other| {
            let (one, two) = (first.account.unwrap_or("?"), other.account.unwrap_or("?"));
            Text::new(
                format!("{one} and {two} got the same code"),
                format!("{one} 和 {two} 得到了相同的授权码"),
            )
        },
    )
}

fn differ_between_flows(transcripts: &[&Transcript], _: &Context) -> Tally {
    let codes = issued(transcripts);
    let mut tally = judge(
        &codes,
        |one, other| one.account == other.account,
        |first, _| {
            let one = first.account.unwrap_or("?");
            Text::new(
                format!("two flows of {one} got the same code"),
                format!("{one} 的两次绑定得到了相同的授权码"),
            )
        },
    );
    // Codes that have no second one of their account prove nothing.
    let alone = |issued: &&Issued<'_>| {
        codes
            .iter()
            .filter(|other| other.account == issued.account)
            .count()
            < 2
    };
    tally.examples -= codes.iter().filter(alone).count();
    tally
}

/// Looks at each value that was issued more than once.
fn judge(
    codes: &[Issued<'_>],
    clash: impl Fn(&Issued<'_>, &Issued<'_>) -> bool,
    message: impl Fn(&Issued<'_>, &Issued<'_>) -> Text,
) -> Tally {
    let mut by_value: BTreeMap<&str, Vec<&Issued<'_>>> = BTreeMap::new();
    for issued in codes {
        by_value.entry(&issued.code).or_default().push(issued);
    }
    let clashes = by_value.values().filter_map(|these| {
        these.iter().enumerate().find_map(|(at, first)| {
            let other = these[at + 1..].iter().find(|other| clash(first, other))?;
            Some((*first, *other))
        })
    });
    let findings = clashes.take(MOST_FINDINGS).map(|(first, other)| {
        let places = format!(
            "{} in {} and in {}",
            other.code, first.transcript.id, other.transcript.id
        );
        Finding::new(
            other.transcript,
            message(first, other),
            "a code that was never issued before",
            places,
        )
    });
    Tally {
        examples: codes.len(),
        findings: findings.collect(),
        blocked: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{LIVE, Tape, account, given, live_with, tally};

    fn flow(number: usize, who: &str, code: &str) -> Transcript {
        let mut given = given(LIVE);
        given.account = Some(account(usize::from(who != "alice"), who));
        Tape::new("flow")
            .numbered(number)
            .given(given)
            .login()
            .navigated(&live_with(code))
            .done()
    }

    #[test]
    fn different_codes_hold() {
        let flows = [
            flow(0, "alice", "aaa"),
            flow(1, "bob", "bbb"),
            flow(2, "alice", "ccc"),
        ];
        let one = tally(COD_01.judge, &flows);
        assert_eq!((one.examples, one.findings.len()), (3, 0));
        let two = tally(COD_02.judge, &flows);
        assert_eq!((two.examples, two.findings.len()), (2, 0));
    }

    #[test]
    fn a_constant_is_told_once_with_both_flows() {
        let flows = [
            flow(0, "alice", "1234567890"),
            flow(1, "bob", "1234567890"),
            flow(2, "bob", "1234567890"),
        ];
        let tally = tally(COD_01.judge, &flows);
        assert_eq!((tally.examples, tally.findings.len()), (3, 1));
        assert_eq!(
            tally.findings[0].message.en,
            "alice and bob got the same code"
        );
        assert_eq!(
            tally.findings[0].got,
            "1234567890 in flow-000 and in flow-001"
        );
    }

    #[test]
    fn a_code_per_account_differs_between_accounts_but_not_between_flows() {
        let flows = [
            flow(0, "alice", "aaa"),
            flow(1, "bob", "bbb"),
            flow(2, "alice", "aaa"),
        ];
        assert!(tally(COD_01.judge, &flows).findings.is_empty());
        let two = tally(COD_02.judge, &flows);
        assert_eq!(
            two.findings[0].message.en,
            "two flows of alice got the same code"
        );
    }

    #[test]
    fn a_single_account_proves_nothing_about_two() {
        let flows = [flow(0, "alice", "aaa"), flow(1, "alice", "bbb")];
        assert_eq!(tally(COD_01.judge, &flows), Tally::default());
        assert_eq!(tally(COD_02.judge, &[flow(0, "alice", "aaa")]).examples, 0);
    }
}
