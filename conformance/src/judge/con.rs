//! Family CON: people who link at the same time do not get into each other's way.

use super::returned::{Returned, code_in};
use super::{Finding, Judge, Verdict};
use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::evidence::account;
use crate::text::Text;
use crate::transcript::{Intent, Transcript, What};

/// The checks of the family that need one browser for each person.
pub(crate) const CHECKS: &[Check] = &[CON_01];

/// Each browser gets its own `redirect_uri` and its own code.
const CON_01: Check = Check {
    id: "CON-01",
    level: Level::Must,
    basis: &["S26"],
    needs: &[Need::Login, Need::TwoAccounts],
    scenarios: &["interleaved"],
    title: &Text::fixed(
        "People who link at the same time each return to their own redirect_uri with their own code",
        "同时进行绑定的人各自带着自己的授权码回到自己的 redirect_uri",
    ),
    why: &Text::fixed(
        "A mix-up ties one customer's account to another customer's Messenger.",
        "一旦混淆,一位客户的账户就会绑到另一位客户的 Messenger 上。",
    ),
    fault: &Text::fixed(
        "redirect_uri, token or user are kept in a variable of the module and not with the session or the form.",
        "redirect_uri、token 或用户保存在模块变量里,而不是随会话或表单保存。",
    ),
    judge: Judge::Each(everybody_returns_home),
};

fn everybody_returns_home(transcript: &Transcript, _context: &Context) -> Verdict {
    let flows = transcript.flows.len();
    let back: Vec<Option<Returned<'_>>> = (0..flows)
        .map(|flow| Returned::of(transcript, flow))
        .collect();
    if back.iter().flatten().count() == 0 {
        return Verdict::Untouched;
    }
    for (flow, returned) in back.iter().enumerate() {
        let own = &transcript.flows[flow];
        let Some(returned) = returned else {
            if tried(transcript, flow) {
                return Verdict::Broken(Finding::new(
                    transcript,
                    Text::new(
                        format!(
                            "linking {} never came back while others were under way; those did",
                            flow + 1
                        ),
                        format!("第 {} 个绑定没有返回;同时进行的其他绑定都返回了", flow + 1),
                    ),
                    &own.redirect_uri,
                    "the browser stayed with the backend",
                ));
            }
            continue;
        };
        let url = &returned.navigated.url;
        if url.contains(&own.account_linking_token) {
            continue;
        }
        let foreign = transcript
            .flows
            .iter()
            .position(|other| url.contains(&other.account_linking_token));
        if let Some(other) = foreign {
            return Verdict::Broken(Finding::new(
                transcript,
                Text::new(
                    format!(
                        "linking {} was sent to the redirect_uri of linking {}",
                        flow + 1,
                        other + 1
                    ),
                    format!(
                        "第 {} 个绑定被送到了第 {} 个绑定的 redirect_uri",
                        flow + 1,
                        other + 1
                    ),
                ),
                &own.redirect_uri,
                url,
            ));
        }
    }
    swapped_code(transcript).map_or(Verdict::Held, Verdict::Broken)
}

/// Whether the driver tried to log in for this linking.
fn tried(transcript: &Transcript, flow: usize) -> bool {
    transcript.of(flow).any(
        |step| matches!(&step.what, What::Intent(attempted) if attempted.intent == Intent::Login),
    )
}

/// A linking whose code led to the account of another one that ran beside it.
fn swapped_code(transcript: &Transcript) -> Option<Finding> {
    let names: Vec<Option<&str>> = transcript
        .flows
        .iter()
        .map(|given| given.account.as_ref().map(|account| account.name.as_str()))
        .collect();
    (0..transcript.flows.len()).find_map(|flow| {
        let got = account(&transcript.observed(flow, "after-event")?.state)?;
        let own = names[flow]?;
        let other = names.iter().position(|name| *name == Some(got))?;
        let code = transcript
            .navigation(flow)
            .and_then(|navigated| code_in(&navigated.url))?;
        (got != own).then(|| {
            Finding::new(
                transcript,
                Text::new(
                    format!(
                        "linking {} returned with the code of linking {}: it is linked to {got}",
                        flow + 1,
                        other + 1
                    ),
                    format!(
                        "第 {} 个绑定带回的是第 {} 个绑定的授权码:绑定到了 {got}",
                        flow + 1,
                        other + 1
                    ),
                ),
                format!("a code of {own}"),
                format!("code {code}, which is {got}'s"),
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use super::CON_01;
    use crate::judge::Verdict;
    use crate::judge::testing::{Tape, account, broken, given, verdict};

    const FIRST: &str =
        "https://facebook.com/messenger_platform/account_linking/?account_linking_token=ARQfirst";
    const SECOND: &str =
        "https://facebook.com/messenger_platform/account_linking/?account_linking_token=ARQsecond";

    /// Alice and Bob in two browsers.
    fn two() -> Tape {
        let mut alice = given(FIRST);
        "ARQfirst".clone_into(&mut alice.account_linking_token);
        let mut bob = given(SECOND);
        "ARQsecond".clone_into(&mut bob.account_linking_token);
        "2222222222222222".clone_into(&mut bob.psid);
        bob.account = Some(account(1, "bob"));
        bob.browser = 1;
        Tape::new("interleaved").given(alice).given(bob)
    }

    fn back(alice: &str, bob: &str) -> Tape {
        two()
            .flow(0)
            .login()
            .navigated(&format!("{alice}&authorization_code=a"))
            .flow(1)
            .login()
            .navigated(&format!("{bob}&authorization_code=b"))
            .tag("after-event")
    }

    #[test]
    fn own_addresses_and_own_accounts_are_held() {
        let transcript = back(FIRST, SECOND)
            .flow(0)
            .linked("alice")
            .flow(1)
            .linked("bob")
            .done();
        assert_eq!(verdict(CON_01.judge, &transcript), Verdict::Held);
    }

    #[test]
    fn the_address_of_another_is_broken() {
        let finding = broken(verdict(CON_01.judge, &back(SECOND, SECOND).done()));
        assert!(
            finding
                .message
                .en
                .contains("linking 1 was sent to the redirect_uri of linking 2"),
            "{finding:?}"
        );
    }

    #[test]
    fn the_code_of_another_is_broken() {
        let transcript = back(FIRST, SECOND)
            .flow(0)
            .linked("bob")
            .flow(1)
            .linked("bob")
            .done();
        let finding = broken(verdict(CON_01.judge, &transcript));
        assert!(
            finding
                .message
                .en
                .contains("returned with the code of linking 2"),
            "{finding:?}"
        );
    }

    #[test]
    fn a_linking_lost_beside_others_is_broken() {
        let transcript = two()
            .flow(0)
            .login()
            .stayed()
            .flow(1)
            .login()
            .navigated(&format!("{SECOND}&authorization_code=b"))
            .done();
        assert!(
            broken(verdict(CON_01.judge, &transcript))
                .message
                .en
                .contains("never came back")
        );
    }

    #[test]
    fn nobody_coming_back_is_another_checks_business() {
        let transcript = two()
            .flow(0)
            .login()
            .stayed()
            .flow(1)
            .login()
            .stayed()
            .done();
        assert_eq!(verdict(CON_01.judge, &transcript), Verdict::Untouched);
    }
}
