//! Redirects that scripts make, recognised without running them: `location = "…"` and its relatives.
//!
//! Only what runs on its own counts: statements outside of functions, and inside of functions that a timer, the
//! page's load event or the script itself calls. What waits for a click is not a redirect.

/// The address that a script assigns to the browser's location, when it is written as plain strings.
pub(crate) fn assigned(code: &str) -> Option<String> {
    let code = Code::of(code);
    code.words("location").find_map(|at| {
        if code.runs_at(at) {
            code.target_behind(at + "location".len())
        } else {
            None
        }
    })
}

/// Whether a script sends a form on its own.
pub(crate) fn submits(code: &str) -> bool {
    let code = Code::of(code);
    code.words("submit").any(|at| {
        let called = code.text[at + "submit".len()..]
            .trim_start()
            .starts_with('(');
        called && code.text[..at].ends_with('.') && code.runs_at(at)
    })
}

/// Whether a script goes back in the history or closes the window: in a webview that was just opened, nothing of
/// this gets a browser to the `redirect_uri`.
pub(crate) fn stays(code: &str) -> bool {
    let code = Code::of(code);
    ["history", "close"].into_iter().any(|word| {
        code.words(word).any(|at| {
            let behind = code.text[at + word.len()..].trim_start();
            if word == "close" {
                behind.starts_with('(')
            } else {
                behind.starts_with(".back") || behind.starts_with(".go")
            }
        })
    })
}

/// A script without its comments.
struct Code {
    text: String,
}

impl Code {
    fn of(raw: &str) -> Self {
        let mut text = String::with_capacity(raw.len());
        let mut rest = raw;
        let mut quote = None;
        while let Some(c) = rest.chars().next() {
            let taken = match (quote, c) {
                (None, '/') if rest.starts_with("//") => {
                    rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                    continue;
                }
                (None, '/') if rest.starts_with("/*") => {
                    rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
                    continue;
                }
                (None, '"' | '\'' | '`') => {
                    quote = Some(c);
                    c.len_utf8()
                }
                (Some(open), _) if open == c => {
                    quote = None;
                    c.len_utf8()
                }
                (Some(_), '\\') => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
                _ => c.len_utf8(),
            };
            text.push_str(&rest[..taken]);
            rest = &rest[taken..];
        }
        Self { text }
    }

    /// Places where a word stands by itself.
    fn words<'a>(&'a self, word: &'static str) -> impl Iterator<Item = usize> + use<'a> {
        self.text
            .match_indices(word)
            .map(|(at, _)| at)
            .filter(move |&at| {
                let part_of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                !self.text[..at].ends_with(part_of_name)
                    && !self.text[at + word.len()..].starts_with(part_of_name)
            })
    }

    fn target_behind(&self, at: usize) -> Option<String> {
        let mut rest = self.text[at..].trim_start();
        if let Some(member) = rest.strip_prefix('.') {
            let member = member.trim_start();
            if let Some(call) = ["replace", "assign"]
                .iter()
                .find_map(|name| member.strip_prefix(name))
            {
                return string_sum(call.trim_start().strip_prefix('(')?);
            }
            rest = member.strip_prefix("href")?.trim_start();
        }
        let value = rest.strip_prefix('=')?;
        if value.starts_with('=') {
            None
        } else {
            string_sum(value)
        }
    }

    /// Whether the code at this place runs without a user's doing.
    fn runs_at(&self, at: usize) -> bool {
        let mut around = Vec::new();
        let mut quote = None;
        let mut escaped = false;
        for (place, c) in self.text[..at].char_indices() {
            match quote {
                Some(_) if escaped => escaped = false,
                Some(_) if c == '\\' => escaped = true,
                Some(open) if c == open => quote = None,
                Some(_) => {}
                None => match c {
                    '"' | '\'' | '`' => quote = Some(c),
                    '{' => around.push(place),
                    '}' => {
                        around.pop();
                    }
                    _ => {}
                },
            }
        }
        quote.is_none()
            && around.iter().all(|&brace| self.block_runs(brace))
            && !waits_for_user(head(&self.text[..at]))
    }

    fn block_runs(&self, brace: usize) -> bool {
        let head = head(&self.text[..brace]);
        if waits_for_user(head) {
            return false;
        }
        let is_function = head.contains("function") || head.ends_with("=>");
        if !is_function {
            return true;
        }
        let at_once =
            head.starts_with("(function") || head.starts_with("(()") || head.starts_with("(async");
        let by_event = [
            "setTimeout",
            "onload",
            "\"load\"",
            "'load'",
            "DOMContentLoaded",
            "requestAnimationFrame",
            "onpageshow",
        ]
        .iter()
        .any(|starter| head.contains(starter));
        at_once || by_event || self.named_function_is_called(head)
    }

    fn named_function_is_called(&self, head: &str) -> bool {
        let name = match head.split_once("function") {
            Some((_, behind)) if !behind.trim_start().starts_with('(') => behind
                .trim_start()
                .split(['(', ' '])
                .next()
                .unwrap_or_default(),
            _ => head
                .trim_start_matches("const ")
                .trim_start_matches("let ")
                .trim_start_matches("var ")
                .split(['=', ' '])
                .next()
                .unwrap_or_default(),
        };
        !name.is_empty()
            && self
                .text
                .lines()
                .flat_map(|line| line.split(';'))
                .any(|statement| {
                    let behind = statement.trim_start();
                    let calls = behind.starts_with(&format!("{name}("))
                        || (behind.contains(name) && behind.contains("setTimeout"));
                    let declares = behind.starts_with("function");
                    calls && !declares && !waits_for_user(behind)
                })
    }
}

/// The statement that ends here, as far as it stands before the place.
fn head(before: &str) -> &str {
    let start = before.rfind([';', '{', '}', '\n']).map_or(0, |at| at + 1);
    before[start..].trim()
}

fn waits_for_user(head: &str) -> bool {
    [
        "click",
        "submit",
        "onkey",
        "keyup",
        "keydown",
        "touch",
        "change",
        "beforeunload",
        "pagehide",
    ]
    .iter()
    .any(|event| head.contains(event))
}

/// One or more string literals joined by `+`, up to the end of the statement.
fn string_sum(code: &str) -> Option<String> {
    let mut sum = String::new();
    let mut rest = code;
    loop {
        let (piece, behind) = literal(rest.trim_start())?;
        sum.push_str(&piece);
        let behind = behind.trim_start_matches([' ', '\t']);
        let Some(next) = behind.trim_start().strip_prefix('+') else {
            let ends = behind.is_empty() || behind.starts_with([';', ')', '}', ',', '\n', '\r']);
            return ends.then_some(sum).filter(|target| !target.is_empty());
        };
        rest = next;
    }
}

/// A string literal at the start of the code, and what stands behind it.
fn literal(code: &str) -> Option<(String, &str)> {
    let quote = code
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let mut value = String::new();
    let mut chars = code.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Some((value, &code[at + c.len_utf8()..])),
            '$' if quote == '`' && code[at..].starts_with("${") => return None,
            '\n' if quote != '`' => return None,
            '\\' => {
                let (_, escape) = chars.next()?;
                match escape {
                    'n' => value.push('\n'),
                    't' => value.push('\t'),
                    'r' => value.push('\r'),
                    'x' => value.push(unit(&mut chars, 2).and_then(char::from_u32)?),
                    'u' => value.push(code_point(&mut chars)?),
                    '\n' => {}
                    other => value.push(other),
                }
            }
            other => value.push(other),
        }
    }
    None
}

fn unit(chars: &mut impl Iterator<Item = (usize, char)>, digits: usize) -> Option<u32> {
    (0..digits).try_fold(0, |value, _| {
        Some(value * 16 + chars.next()?.1.to_digit(16)?)
    })
}

/// `\uXXXX`, with a second half where the first one asks for it.
fn code_point(chars: &mut impl Iterator<Item = (usize, char)>) -> Option<char> {
    let high = unit(chars, 4)?;
    if !(0xD800..0xDC00).contains(&high) {
        return char::from_u32(high);
    }
    (chars.next()?.1 == '\\' && chars.next()?.1 == 'u').then_some(())?;
    let low = unit(chars, 4)?;
    char::decode_utf16([u16::try_from(high).ok()?, u16::try_from(low).ok()?])
        .next()?
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_that_run_on_their_own_are_recognised() {
        for code in [
            r#"location = "/next""#,
            r"window.location='/next';",
            r#"window.location.href = "/next";"#,
            r#"document.location.replace( "/next" )"#,
            r#"top.location.assign("/next");"#,
            r#"setTimeout(function () { location.href = "/next"; }, 500);"#,
            r#"setTimeout(() => location.replace("/next"), 10)"#,
            r#"window.onload = function(){ window.location = "\/next" }"#,
            r#"document.addEventListener("DOMContentLoaded", () => { location = "/ne" + "xt"; });"#,
            "(function(){ try { location.replace('/next') } catch (e) {} })();",
            "function go() { location.href = '/next'; }\nsetTimeout(go, 100);",
            "function go() { location.href = '/next'; }\ngo();",
            r#"// location = "/wrong"
               /* location = "/wrong" */ var a = "location = '/wrong'"; location = "/\u006eext";"#,
        ] {
            assert_eq!(assigned(code).as_deref(), Some("/next"), "{code}");
        }
    }

    #[test]
    fn what_waits_for_a_user_or_is_not_static_is_left_alone() {
        for code in [
            r#"button.onclick = function () { location = "/next"; }"#,
            r#"button.addEventListener("click", () => { location.href = "/next"; });"#,
            r#"function go() { location.href = "/next"; }"#,
            r#"button.onclick = () => location.replace("/next")"#,
            r#"if (location == "/next") { x(); }"#,
            r#"if (location.href === "/next") { x(); }"#,
            "location.href = base + '/next'",
            "location = `/n/${id}`",
            "location.reload()",
            r#"var allocation = "/next""#,
            "location = location.hash",
        ] {
            assert_eq!(assigned(code), None, "{code}");
        }
    }

    #[test]
    fn forms_sent_by_the_page_itself_are_recognised() {
        assert!(submits("document.forms[0].submit()"));
        assert!(submits(
            "window.onload = function () { document.getElementById('f').submit(); }"
        ));
        assert!(!submits(
            "button.addEventListener('click', () => form.submit())"
        ));
        assert!(!submits("form.addEventListener('submit', check)"));
    }

    #[test]
    fn going_back_and_closing_is_staying() {
        for code in [
            "history.back()",
            "window.history.go(-1); return false",
            "window.close()",
            "close()",
        ] {
            assert!(stays(code), "{code}");
        }
        for code in ["menu.closed = true", "var history = []", "closeMenu()"] {
            assert!(!stays(code), "{code}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_script_breaks_the_reader(code in r#"([ -~é😀\n]|location|\.href|=|"|'|`|\\|/\*|//|\{|\}|setTimeout\(|=>|function ){0,40}"#) {
            let _ = (assigned(&code), submits(&code), stays(&code));
        }
    }

    #[test]
    fn escapes_in_addresses_are_undone() {
        assert_eq!(
            assigned(r#"location="https:\/\/facebook.com\/\x3fa\u003Db\u0026c=\ud83d\ude00""#)
                .as_deref(),
            Some("https://facebook.com/?a=b&c=😀")
        );
    }
}
