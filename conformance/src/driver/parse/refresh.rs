//! `5; url=…`: the refresh of a header or a meta element.

/// A refresh after more seconds than this is a session guard, not a step of the flow.
const LONGEST_REFRESH_SECONDS: f64 = 15.0;

/// `5; url='…'` of a refresh, when it is soon enough to be a step.
pub(super) fn refresh_target(content: &str) -> Option<String> {
    let (delay, rest) = content.split_once([';', ','])?;
    let delay: f64 = delay.trim().parse().unwrap_or(0.0);
    let rest = rest.trim();
    let target = match rest.get(..3) {
        Some(head) if head.eq_ignore_ascii_case("url") => {
            let value = rest[3..].trim_start();
            value.strip_prefix('=').unwrap_or(value).trim()
        }
        _ => rest,
    };
    let target = match target.chars().next() {
        Some(quote @ ('"' | '\'')) => target[1..].split(quote).next().unwrap_or_default(),
        _ => target,
    };
    (delay <= LONGEST_REFRESH_SECONDS && !target.is_empty()).then(|| target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_in_every_spelling_and_guards_are_left_alone() {
        for content in [
            "0;url=/next",
            "0; URL='/next'",
            "1 ; url = \"/next\" ",
            "0,url=/next",
            "0;/next",
        ] {
            assert_eq!(
                refresh_target(content).as_deref(),
                Some("/next"),
                "{content}"
            );
        }
        for content in ["900;url=/logout", "5", "0;url=", ""] {
            assert_eq!(refresh_target(content), None, "{content}");
        }
    }
}
