//! How a login came back: where the browser was sent, beside where it should have been, and where the code stands.
//!
//! Each defect has one judge. What keeps the others from saying the same thing again is the placement
//! told here: a code behind a second `?` is a matter of the joint, not of a missing code.

use super::address::{Difference, difference};
use super::raw_url::{CODE_NAME, RawPair, RawUrl, form_decoded};
use super::{Finding, Verdict};
use crate::text::Text;
use crate::transcript::{Exchange, Given, Navigated, Step, Transcript, What};

/// A navigation beside the `redirect_uri` that it should have followed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Returned<'a> {
    pub(crate) transcript: &'a Transcript,
    pub(crate) given: &'a Given,
    pub(crate) navigated: &'a Navigated,
    /// Where the browser was sent.
    pub(crate) got: RawUrl<'a>,
    /// Where the platform asked to be sent.
    pub(crate) wanted: RawUrl<'a>,
}

/// Where the code stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// As a parameter of the query; positions among the pairs.
    Query(Vec<(usize, RawPair<'a>)>),
    /// Behind the `#`, where no server sees it.
    Fragment,
    /// Joined with `&` to a path that has no query.
    Path,
    /// Inside the value before it, because the joint is not `&`; what stands right before it.
    Inside(&'a str),
    /// Nowhere.
    Missing,
}

impl<'a> Returned<'a> {
    /// The first navigation of a flow, under any tag.
    pub(crate) fn of(transcript: &'a Transcript, flow: usize) -> Option<Self> {
        Self::pair(transcript, flow, transcript.navigation(flow)?)
    }

    /// The first navigation of a flow under this tag.
    pub(crate) fn tagged(transcript: &'a Transcript, flow: usize, tag: &str) -> Option<Self> {
        let navigated = steps(transcript, flow, tag).find_map(|step| match &step.what {
            What::Navigated(navigated) => Some(navigated),
            _ => None,
        })?;
        Self::pair(transcript, flow, navigated)
    }

    /// This navigation beside the `redirect_uri` of this flow.
    pub(crate) fn pair(
        transcript: &'a Transcript,
        flow: usize,
        navigated: &'a Navigated,
    ) -> Option<Self> {
        let given = transcript.flows.get(flow)?;
        Some(Self {
            transcript,
            given,
            navigated,
            got: RawUrl::split(&navigated.url),
            wanted: RawUrl::split(&given.redirect_uri),
        })
    }

    /// Where the code stands; parameters of that name that the `redirect_uri` had from the beginning do not count.
    pub(crate) fn place(&self) -> Place<'a> {
        let original = self
            .wanted
            .pairs()
            .iter()
            .filter(|pair| pair.decoded_name() == CODE_NAME)
            .count();
        let found: Vec<_> = self
            .got
            .pairs()
            .into_iter()
            .enumerate()
            .filter(|(_, pair)| pair.decoded_name() == CODE_NAME)
            .skip(original)
            .collect();
        if !found.is_empty() {
            return Place::Query(found);
        }
        let marked = format!("{CODE_NAME}=");
        let more = |got: Option<&str>, wanted: Option<&str>| {
            let times = |text: Option<&str>| text.map_or(0, |text| text.matches(&marked).count());
            times(wanted) < times(got)
        };
        if more(self.got.query, self.wanted.query) {
            let before = self
                .got
                .query
                .and_then(|query| query.rsplit_once(&marked))
                .map_or("", |(before, _)| before);
            Place::Inside(joint(before))
        } else if more(self.got.fragment, self.wanted.fragment) {
            Place::Fragment
        } else if more(Some(self.got.base), Some(self.wanted.base)) {
            Place::Path
        } else {
            Place::Missing
        }
    }

    /// The `redirect_uri` with the code joined as the official page asks; the code as it was spelled, where it was found.
    pub(crate) fn expected(&self) -> String {
        let code = match self.place() {
            Place::Query(found) => found
                .first()
                .and_then(|(_, pair)| pair.value)
                .filter(|value| !value.is_empty()),
            _ => None,
        };
        let joint = match self.wanted.query {
            None => "?",
            Some(query) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        let front = &self.wanted.whole[..self
            .wanted
            .whole
            .find('#')
            .unwrap_or(self.wanted.whole.len())];
        let fragment = self
            .wanted
            .fragment
            .map_or(String::new(), |fragment| format!("#{fragment}"));
        format!(
            "{front}{joint}{CODE_NAME}={}{fragment}",
            code.unwrap_or("<code>")
        )
    }

    /// A broken rule, shown by the address that was expected and the one that came.
    pub(crate) fn finding(&self, message: Text) -> Verdict {
        Verdict::Broken(Finding::new(
            self.transcript,
            message,
            self.expected(),
            self.navigated.url.clone(),
        ))
    }

    /// The answer that sent the browser away, or the page that did.
    pub(crate) fn answer(&self) -> Option<&'a Exchange> {
        let mut last = None;
        for step in &self.transcript.steps {
            match &step.what {
                What::Navigated(navigated) if std::ptr::eq(navigated, self.navigated) => {
                    return last;
                }
                What::Browser(exchange) if self.same_flow(step) => last = Some(exchange),
                _ => {}
            }
        }
        None
    }

    fn same_flow(&self, step: &Step) -> bool {
        self.transcript
            .flows
            .get(step.flow)
            .is_some_and(|given| std::ptr::eq(given, self.given))
    }

    /// The code as the platform's parser finds it, unless it is missing, empty or no code at all.
    pub(crate) fn code(&self) -> Option<String> {
        match self.place() {
            Place::Query(found) => {
                let code = found.first()?.1.decoded_value();
                no_code(&code).is_none().then_some(code)
            }
            _ => None,
        }
    }

    /// Pairs of the navigation that are not the code.
    pub(crate) fn other_pairs(&self) -> Vec<RawPair<'a>> {
        let codes: Vec<usize> = match self.place() {
            Place::Query(found) => found.into_iter().map(|(at, _)| at).collect(),
            _ => Vec::new(),
        };
        let pairs = self.got.pairs().into_iter().enumerate();
        pairs
            .filter(|(at, _)| !codes.contains(at))
            .map(|(_, pair)| pair)
            .collect()
    }

    /// Whether the browser was sent to the `redirect_uri`, parameters apart.
    pub(crate) fn difference(&self) -> Option<Difference> {
        let base = match self.place() {
            Place::Path => {
                let cut = self
                    .got
                    .base
                    .find(&format!("{CODE_NAME}="))
                    .unwrap_or(self.got.base.len());
                self.got.base[..cut].trim_end_matches('&')
            }
            _ => self.got.base,
        };
        difference(base, self.wanted.base)
    }

    /// Whether the browser was sent to the `redirect_uri`, parameters apart.
    pub(crate) fn on_target(&self) -> bool {
        self.difference().is_none()
    }

    /// Whether all parameters of the `redirect_uri` came along; order and spelling do not matter here.
    pub(crate) fn kept_parameters(&self) -> bool {
        let got: Vec<_> = self.got.pairs().iter().map(RawPair::normal).collect();
        self.wanted
            .pairs()
            .iter()
            .all(|own| got.contains(&own.normal()))
    }

    /// Whether the token that the `redirect_uri` carries came back as another one: then this is the address of
    /// another linking, and its parameters say nothing about this one.
    pub(crate) fn carries_another_token(&self) -> bool {
        let token = self.given.account_linking_token.as_str();
        let wanted = self.wanted.pairs();
        let Some(carrier) = wanted.iter().find(|pair| pair.decoded_value() == token) else {
            return false;
        };
        let name = carrier.decoded_name();
        let got: Vec<_> = self
            .got
            .pairs()
            .into_iter()
            .filter(|pair| pair.decoded_name() == name)
            .collect();
        !got.is_empty() && got.iter().all(|pair| pair.decoded_value() != token)
    }

    /// Whether the browser was sent to this `redirect_uri`, with all its parameters.
    pub(crate) fn reaches(&self, redirect_uri: &str) -> bool {
        let other = RawUrl::split(redirect_uri);
        let got: Vec<_> = self.got.pairs().iter().map(RawPair::normal).collect();
        difference(self.got.base, other.base).is_none()
            && other
                .pairs()
                .iter()
                .all(|pair| got.contains(&pair.normal()))
    }

    /// Whether this is how a login should come back: at the `redirect_uri`, with its parameters and a code.
    pub(crate) fn arrived(&self) -> bool {
        self.on_target() && self.kept_parameters() && self.code().is_some()
    }
}

/// The joint that ends this text: `?`, `;`, `&amp;` and the like; empty where the code sticks to a value.
fn joint(before: &str) -> &str {
    const JOINTS: [&str; 6] = ["&amp;", "&amp%3B", "?", ";", ",", "%26"];
    JOINTS
        .iter()
        .find_map(|joint| {
            before
                .ends_with(joint)
                .then(|| &before[before.len() - joint.len()..])
        })
        .unwrap_or("")
}

/// Why this value is no code, where a program printed the absence of one.
pub(crate) fn no_code(value: &str) -> Option<&'static str> {
    const ABSENT: [(&str, &str); 11] = [
        ("", "an empty value"),
        ("null", "the word null"),
        ("(null)", "the word null"),
        ("undefined", "the word undefined"),
        ("none", "the word None"),
        ("nil", "the word nil"),
        ("nan", "the word NaN"),
        ("false", "the word false"),
        ("true", "the word true"),
        ("[object object]", "the text of a JavaScript object"),
        ("[object promise]", "the text of a JavaScript promise"),
    ];
    const WRAPPED: [(&str, &str); 5] = [
        ("optional(", "the text of an Optional"),
        ("optional[", "the text of an Optional"),
        ("optional.", "the text of an Optional"),
        ("some(", "the text of an Option"),
        ("<generator object", "the text of a generator"),
    ];
    let lower = value.trim().to_lowercase();
    ABSENT
        .iter()
        .find(|(word, _)| lower == *word)
        .or_else(|| WRAPPED.iter().find(|(start, _)| lower.starts_with(start)))
        .map(|(_, what)| *what)
}

/// Steps of one flow under one tag.
pub(crate) fn steps<'a>(
    transcript: &'a Transcript,
    flow: usize,
    tag: &str,
) -> impl Iterator<Item = &'a Step> {
    transcript.of(flow).filter(move |step| step.tag == tag)
}

/// The code that a URL shows to anyone who reads it, wherever it stands.
pub(crate) fn code_in(url: &str) -> Option<String> {
    let split = RawUrl::split(url);
    let pair = split
        .pairs()
        .into_iter()
        .find(|pair| pair.decoded_name() == CODE_NAME);
    pair.map(|pair| form_decoded(pair.value.unwrap_or("")))
        .filter(|code| no_code(code).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{CODE, LIVE, Tape, given, live_with};

    fn place_of(wanted: &str, got: &str) -> String {
        let transcript = Tape::new("flow")
            .given(given(wanted))
            .login()
            .navigated(got)
            .done();
        let returned = Returned::of(&transcript, 0).unwrap();
        match returned.place() {
            Place::Query(found) => format!("query:{}", found.len()),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_code_is_found_wherever_it_was_put() {
        assert_eq!(
            place_of(
                "https://a.test/?t=1",
                "https://a.test/?t=1&authorization_code=x"
            ),
            "query:1"
        );
        assert_eq!(
            place_of(
                "https://a.test/?t=1",
                "https://a.test/?t=1?authorization_code=x"
            ),
            "Inside(\"?\")"
        );
        assert_eq!(
            place_of(
                "https://a.test/?t=1",
                "https://a.test/?t=1&amp;authorization_code=x"
            ),
            "Inside(\"&amp;\")"
        );
        assert_eq!(
            place_of(
                "https://a.test/?t=1",
                "https://a.test/?t=1authorization_code=x"
            ),
            "Inside(\"\")"
        );
        assert_eq!(
            place_of("https://a.test/", "https://a.test/&authorization_code=x"),
            "Path"
        );
        assert_eq!(
            place_of(
                "https://a.test/?t=1#f",
                "https://a.test/?t=1#f&authorization_code=x"
            ),
            "Fragment"
        );
        assert_eq!(
            place_of("https://a.test/?t=1", "https://a.test/?t=1&code=x"),
            "Missing"
        );
        assert_eq!(
            place_of(
                "https://a.test/?authorization_code=own",
                "https://a.test/?authorization_code=own"
            ),
            "Missing"
        );
    }

    #[test]
    fn printed_absence_is_no_code() {
        for value in [
            "",
            "null",
            "undefined",
            "None",
            "[object Object]",
            "Optional[abc]",
            "Some(\"x\")",
        ] {
            assert!(no_code(value).is_some(), "{value}");
        }
        for value in [CODE, "nullable", "0", "Optionals"] {
            assert_eq!(no_code(value), None, "{value}");
        }
    }

    #[test]
    fn a_code_shows_in_any_query() {
        assert_eq!(code_in(&live_with(CODE)).as_deref(), Some(CODE));
        assert_eq!(code_in(LIVE), None);
        assert_eq!(code_in(&live_with("null")), None);
    }
}
