//! The faults: every defect a specimen can show, with its name, one sentence, and the checks that must find it.
//!
//! A fault flips exactly one behaviour. The ids behind each are those of the check catalogue; they
//! list what *must* fail, not the collateral, which the kill matrix pins from real runs.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

macro_rules! faults {
    ($(
        #[doc = $sentence:literal]
        $variant:ident = $name:literal kills [$first:literal $(, $more:literal)*],
    )+) => {
        /// One named defect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $(
                #[doc = $sentence]
                #[doc = concat!("\n\nMust be found by: ", $first $(, ", ", $more)*, ".")]
                $variant,
            )+
        }

        impl Fault {
            /// All faults, family by family.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name on command lines and in the kill matrix, in kebab case.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What is wrong, in one sentence.
            pub fn describe(self) -> &'static str {
                match self {
                    $(Self::$variant => $sentence.trim_ascii(),)+
                }
            }

            /// The ids of the checks that must fail for this fault.
            pub fn expected_checks(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$first $(, $more)*],)+
                }
            }
        }
    };
}

faults! {
    // Family COD: what is handed out as the code.

    /// Every flow gets the code `1234567890`.
    ConstantCode = "constant-code" kills ["COD-01"],
    /// The code is the user name that was typed.
    CodeIsUsername = "code-is-username" kills ["COD-04"],
    /// The code is a running number.
    CodeIsCounter = "code-is-counter" kills ["COD-04"],
    /// The code is a random number below 10,000.
    CodeShortRandom = "code-short-random" kills ["COD-04"],
    /// The code is the same for one account in every flow.
    CodePerAccount = "code-per-account" kills ["COD-02"],
    /// The code is the account linking token itself.
    CodeIsToken = "code-is-token" kills ["COD-04"],
    /// The code is base64 with `+` and `/` and goes into the query unescaped.
    CodeNotEscaped = "code-not-escaped" kills ["COD-03"],
    /// The redirect carries the word `undefined` where the code belongs.
    CodePrintsUndefined = "code-prints-undefined" kills ["RED-02"],
    /// The parameter is called `code` and not `authorization_code`.
    CodeNamedCode = "code-named-code" kills ["RED-02"],
    /// The code is stored half a second after the redirect has gone out.
    CodeCommittedLate = "code-committed-late" kills ["HOK-16"],
    /// A code is accepted whatever the case of its letters.
    CodeCaseFolded = "code-case-folded" kills ["COD-08"],
    /// A code that no flow was given is answered with status 400.
    UnknownCode400 = "unknown-code-400" kills ["COD-08"],
    /// A code that no flow was given links the PSID to an account called `null`.
    UnknownCodeLinks = "unknown-code-links" kills ["COD-08"],
    /// A code can be used again, by any PSID.
    CodeNeverConsumed = "code-never-consumed" kills ["COD-05"],

    // Family RED: where the browser is sent.

    /// The code is joined with `&` even where there is no query.
    BlindAmpersand = "blind-ampersand" kills ["RED-04"],
    /// The code is joined with `?` even where there is a query.
    SecondQuestionMark = "second-question-mark" kills ["RED-03"],
    /// The query is parsed and written again before the code is appended.
    DecodeAndReencodeQuery = "decode-and-reencode-query" kills ["RED-05"],
    /// The value of `redirect_uri` is percent-decoded once more than it was encoded.
    DoubleDecode = "double-decode" kills ["RED-05", "URL-08"],
    /// Of several pairs with one name only the first survives.
    DropDuplicatePairs = "drop-duplicate-pairs" kills ["RED-06"],
    /// The pairs of the query come back in alphabetical order.
    SortQuery = "sort-query" kills ["RED-06"],
    /// Pairs with an empty value are lost.
    DropEmptyValues = "drop-empty-values" kills ["RED-06"],
    /// The code is appended behind the fragment.
    CodeAfterFragment = "code-after-fragment" kills ["RED-08"],
    /// The port of the address is lost.
    PortLost = "port-lost" kills ["RED-10"],
    /// Non-ASCII characters of the address are escaped as Latin-1 and not as UTF-8.
    LocationInLatin1 = "location-in-latin-1" kills ["RED-11"],
    /// The account linking token is taken out of the address.
    StripTokenFromRedirect = "strip-token-from-redirect" kills ["RED-09"],
    /// The address is rebuilt on `www.facebook.com` from the token, whatever was asked for.
    HostHardCoded = "host-hard-coded" kills ["RED-01"],
    /// The address is cut after 255 characters.
    TruncateRedirect255 = "truncate-redirect-255" kills ["RED-12"],
    /// The last redirect is a 307, so the browser repeats the form to the platform.
    Redirect307AfterPost = "redirect-307-after-post" kills ["RED-15"],
    /// The last redirect is a permanent 301.
    RedirectPermanent301 = "redirect-permanent-301" kills ["RED-16"],
    /// User name and password travel along in the redirect.
    CredentialsInRedirect = "credentials-in-redirect" kills ["RED-17"],
    /// The backend opens the address itself and shows a page of its own.
    ServerSideRedirectFetch = "server-side-redirect-fetch" kills ["RED-01", "RED-18"],
    /// A finished login ends on a page that says `ok`.
    NeverRedirects = "never-redirects" kills ["RED-01"],
    /// Confirming a second time, as after the back button, is answered with status 500.
    SecondSubmit500 = "second-submit-500" kills ["RED-19"],

    // Family URL: how the linking page is reached.

    /// The linking page answers JSON with status 404.
    LinkJsonDump = "link-json-dump" kills ["URL-01"],
    /// A missing `redirect_uri` is answered with status 500.
    MissingRedirectUri500 = "missing-redirect-uri-500" kills ["URL-02"],
    /// Opening the linking URL is enough to be sent back with a code.
    RedirectsWithoutLogin = "redirects-without-login" kills ["URL-04"],
    /// The page answers 404 when the linking URL has a query of its own.
    OwnQueryBreaks = "own-query-breaks" kills ["URL-07"],
    /// Tokens outside letters, digits, `-` and `_`, or above 255 characters, are refused.
    TokenPatternTooNarrow = "token-pattern-too-narrow" kills ["URL-09"],
    /// The page opens once for a token; the second visit is turned away.
    PageOpensOnce = "page-opens-once" kills ["URL-10"],

    // Family FAI: what happens when it does not work out.

    /// Any password logs in.
    AcceptsAnyPassword = "accepts-any-password" kills ["FAI-02"],
    /// The form shown after a wrong password has lost both parameters.
    LosesParametersAfterBadPassword = "loses-parameters-after-bad-password" kills ["RED-21"],
    /// Cancelling sends a code.
    CancelSendsCode = "cancel-sends-code" kills ["FAI-01"],
    /// Cancelling leads to the specimen's own front page.
    CancelGoesHome = "cancel-goes-home" kills ["FAI-01"],
    /// Cancelling adds `error=access_denied` to the address.
    CancelAddsErrorParameter = "cancel-adds-error-parameter" kills ["FAI-03"],
    /// Cancelling adds an empty `authorization_code`.
    FailureSendsEmptyCode = "failure-sends-empty-code" kills ["FAI-04"],
    /// The PSID is bound to the named account before the password has been looked at.
    LinkBeforePasswordCheck = "link-before-password-check" kills ["FAI-05"],
    /// An account that is linked already ends on a page that says so.
    AlreadyLinkedDeadEnd = "already-linked-dead-end" kills ["FAI-08"],
    /// Sign-up ends on the specimen's own front page.
    SignupEndsAtHome = "signup-ends-at-home" kills ["FAI-09"],
    /// The first `redirect_uri` a browser brought is used for all its later flows.
    FirstRedirectSticks = "first-redirect-sticks" kills ["FAI-12"],

    // Families LNK and CON: who is linked to whom.

    /// The PSID is asked for and bound at login, without waiting for the event.
    LinkAtLogin = "link-at-login" kills ["LNK-03"],
    /// The linked event is acknowledged and nothing else.
    EventOnlyLogged = "event-only-logged" kills ["LNK-01"],
    /// The PSID is linked to whoever logged in last, whatever the code says.
    LastLoginWins = "last-login-wins" kills ["LNK-02", "CON-03"],
    /// A new link gives its account to every PSID that is linked already.
    LinkTouchesNeighbours = "link-touches-neighbours" kills ["LNK-07"],
    /// The `redirect_uri` lives in one variable for all browsers.
    GlobalRedirectUri = "global-redirect-uri" kills ["CON-01"],
    /// The `redirect_uri` lives in one slot for each browser.
    SessionRedirectUri = "session-redirect-uri" kills ["CON-02"],

    // Family HOK: the webhook.

    /// Only the first messaging item of the first entry is read.
    FirstMessagingOnly = "first-messaging-only" kills ["HOK-05"],
    /// PSIDs pass through a double and lose digits.
    PsidAsNumber = "psid-as-number" kills ["TOK-07"],
    /// The PSID is read from the recipient.
    PsidFromRecipient = "psid-from-recipient" kills ["HOK-12", "LNK-01"],
    /// Events are acknowledged with status 201.
    Ack201 = "ack-201" kills ["HOK-03"],
    /// Events are acknowledged with a redirect.
    Ack302 = "ack-302" kills ["HOK-03"],
    /// Events are applied and then answered with status 500.
    Ack500 = "ack-500" kills ["HOK-03"],
    /// Events are applied and never answered.
    AckNever = "ack-never" kills ["HOK-03"],
    /// The replies are sent, one after the other, before the event is acknowledged.
    AckAfterSlowSend = "ack-after-slow-send" kills ["HOK-04"],
    /// A delivery without any signature is accepted.
    UnsignedAccepted = "unsigned-accepted" kills ["HOK-09"],
    /// Signatures are not looked at.
    SignatureNeverChecked = "signature-never-checked" kills ["HOK-09"],
    /// The signature is computed over the body after parsing and writing it again.
    SignatureOverReserialised = "signature-over-reserialised" kills ["HOK-10"],
    /// Every delivery is refused with status 403.
    RefusesEveryPost = "refuses-every-post" kills ["CTL-03"],
    /// Only the SHA-1 header is read.
    Sha1Only = "sha1-only" kills ["HOK-11"],
    /// A right SHA-1 header makes up for a wrong SHA-256 header.
    PrefersSha1OverWrongSha256 = "prefers-sha1-over-wrong-sha256" kills ["HOK-11"],
    /// The handshake echoes the challenge whatever the verify token.
    HandshakeEchoesAlways = "handshake-echoes-always" kills ["HOK-02"],
    /// The handshake does not look at the mode.
    HandshakeIgnoresMode = "handshake-ignores-mode" kills ["HOK-02"],
    /// The handshake answers the challenge as a JSON string.
    HandshakeQuotesChallenge = "handshake-quotes-challenge" kills ["HOK-01"],
    /// A redelivered event greets the user again.
    DuplicateGreeting = "duplicate-greeting" kills ["HOK-07"],
    /// The event that arrives last wins, whatever the timestamps say.
    ArrivalOrderWins = "arrival-order-wins" kills ["HOK-08"],
    /// An old linked event links again when it is delivered after an unlink.
    ReplayRelinksAfterUnlink = "replay-relinks-after-unlink" kills ["HOK-18"],
    /// An `unlinked` event for a PSID that is not linked is answered with status 500.
    UnlinkedUnknownCrashes = "unlinked-unknown-crashes" kills ["HOK-14"],
    /// Events of other pages and other objects are applied.
    ForeignPageAccepted = "foreign-page-accepted" kills ["HOK-13"],
    /// An event of an unknown kind ends the work on its batch.
    UnknownEventBreaksBatch = "unknown-event-breaks-batch" kills ["HOK-06"],

    // Family UNL: letting go.

    /// The `unlinked` event changes nothing.
    UnlinkEventIgnored = "unlink-event-ignored" kills ["UNL-01"],
    /// An `unlinked` event removes every link there is.
    UnlinkDropsEveryone = "unlink-drops-everyone" kills ["UNL-07"],
    /// The unlink call sends a form and not JSON.
    UnlinkCallAsForm = "unlink-call-as-form" kills ["UNL-02"],
    /// The unlink call sends the PSID as a JSON number.
    UnlinkCallPsidNumber = "unlink-call-psid-number" kills ["UNL-02"],
    /// Unlinking from the backend's side does not tell the platform.
    UnlinkOnlyLocally = "unlink-only-locally" kills ["UNL-02"],
    /// The backend forgets the link even when the platform's unlink call failed.
    UnlinkIgnoresGraphError = "unlink-ignores-graph-error" kills ["UNL-04"],
    /// The bot still knows the name after an unlink.
    ProfileSurvivesUnlink = "profile-survives-unlink" kills ["UNL-06"],

    // Families ENT and UX: what the user sees in the chat and on the page.

    /// Log In is a `web_url` button to the linking page.
    WebUrlInsteadOfAccountLink = "web-url-instead-of-account-link" kills ["ENT-01"],
    /// Whatever is said first is answered with the Log In button.
    LoginWallGreeting = "login-wall-greeting" kills ["ENT-03"],
    /// Nothing is said after linking.
    SilentAfterLinking = "silent-after-linking" kills ["UX-07"],
    /// Neither the thanks nor the answer to `logout` shows a way to unlink.
    NoWayOut = "no-way-out" kills ["UX-08"],
    /// The pages lack the viewport declaration.
    NoViewport = "no-viewport" kills ["UX-01"],

    // Family SEC: hardening.

    /// The token is printed into the page without escaping.
    TokenEchoedRaw = "token-echoed-raw" kills ["SEC-04"],
    /// The forms are accepted without their CSRF value.
    NoCsrfCheck = "no-csrf-check" kills ["SEC-06"],
    /// The pages can be framed by anyone.
    FramablePages = "framable-pages" kills ["SEC-07"],
    /// The pages let the browser send their full address as the referrer.
    ReferrerLeaks = "referrer-leaks" kills ["SEC-08"],
    /// Pages and redirects may be stored in caches.
    CacheablePages = "cacheable-pages" kills ["SEC-09"],
}

/// A fault name that no specimen has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no fault is called \"{0}\"; `Fault::ALL` lists the {count} names there are", count = Fault::ALL.len())]
pub struct UnknownFault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|fault| fault.name() == name)
            .ok_or_else(|| UnknownFault(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Fault, UnknownFault};

    #[test]
    fn every_name_is_unique_kebab_case_and_leads_back() {
        let names: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
        for fault in Fault::ALL {
            let name = fault.name();
            assert!(
                name.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
                "{name}"
            );
            assert_eq!(name.parse(), Ok(*fault));
        }
    }

    #[test]
    fn every_fault_is_described_in_one_sentence_and_names_a_check() {
        for fault in Fault::ALL {
            let sentence = fault.describe();
            assert!(
                sentence.ends_with('.') && !sentence.starts_with(' '),
                "{fault}: {sentence}"
            );
            assert!(!fault.expected_checks().is_empty(), "{fault}");
            for id in fault.expected_checks() {
                let (family, number) = id.split_once('-').unwrap();
                assert!(
                    family.bytes().all(|byte| byte.is_ascii_uppercase()),
                    "{fault}: {id}"
                );
                assert!(
                    number.len() == 2 && number.parse::<u8>().is_ok(),
                    "{fault}: {id}"
                );
            }
        }
    }

    #[test]
    fn an_unknown_name_is_told_back() {
        let error = "constant".parse::<Fault>().unwrap_err();
        assert_eq!(error, UnknownFault("constant".to_owned()));
        assert!(error.to_string().contains("\"constant\""));
    }
}
