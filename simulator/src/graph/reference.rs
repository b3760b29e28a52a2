//! References of a batch's call to the answer of an earlier one: `{result=name:$.data.0.id}`.

use std::borrow::Cow;

use serde_json::Value;

const OPENING: &str = "{result=";

/// Puts the values in; says what is wrong with a reference that leads nowhere.
pub(crate) fn fill<'a>(
    text: &str,
    results: &impl Fn(&str) -> Option<&'a Value>,
) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(OPENING) {
        out.push_str(&rest[..at]);
        let inner = &rest[at + OPENING.len()..];
        let end = inner
            .find('}')
            .ok_or_else(|| "a reference has no closing brace".to_owned())?;
        let (name, path) = inner[..end]
            .split_once(':')
            .ok_or_else(|| "a reference is written {result=name:$.path}".to_owned())?;
        let result = results(name).ok_or_else(|| format!("no earlier call is named {name}"))?;
        let found = follow(result, path)?;
        if found.is_empty() {
            return Err(format!("{path} leads nowhere in the answer of {name}"));
        }
        let texts: Vec<_> = found.iter().map(|value| plain(value)).collect();
        out.push_str(&texts.join(","));
        rest = &inner[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn plain(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

/// The part of `JSONPath` that batches are documented with: keys, indices and `*`.
fn follow<'a>(root: &'a Value, path: &str) -> Result<Vec<&'a Value>, String> {
    let steps = path
        .strip_prefix('$')
        .ok_or_else(|| format!("the path {path} does not begin with $"))?;
    let mut found = vec![root];
    for step in steps
        .split(['.', '[', ']'])
        .map(|step| step.trim_matches(['\'', '"']))
        .filter(|step| !step.is_empty())
    {
        found = found
            .into_iter()
            .flat_map(|value| match (step, value) {
                ("*", Value::Array(items)) => items.iter().collect(),
                ("*", Value::Object(map)) => map.values().collect(),
                (index, Value::Array(items)) => index
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get(index))
                    .into_iter()
                    .collect(),
                (key, Value::Object(map)) => map.get(key).into_iter().collect(),
                _ => Vec::new(),
            })
            .collect();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn filled(text: &str) -> Result<String, String> {
        let answer = json!({ "data": [{ "id": "7" }, { "id": "8" }], "count": 2 });
        fill(text, &|name| (name == "first").then_some(&answer))
    }

    #[test]
    fn values_take_the_place_of_references() {
        for (text, expected) in [
            ("me/messages", "me/messages"),
            ("{result=first:$.data.1.id}?a=b", "8?a=b"),
            (
                "?ids={result=first:$.data.*.id}&n={result=first:$.count}",
                "?ids=7,8&n=2",
            ),
            ("{result=first:$['data'][0]['id']}", "7"),
        ] {
            assert_eq!(filled(text).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn a_reference_that_leads_nowhere_says_why() {
        for (text, expected) in [
            ("{result=second:$.id}", "no earlier call is named second"),
            (
                "{result=first:$.none}",
                "$.none leads nowhere in the answer of first",
            ),
            ("{result=first:id}", "the path id does not begin with $"),
            (
                "{result=first}",
                "a reference is written {result=name:$.path}",
            ),
            ("{result=first:$.id", "a reference has no closing brace"),
        ] {
            assert_eq!(filled(text), Err(expected.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_filling_panic(text in "[{}=:$.\\[\\]*a-z0-9 é]{0,40}", path in ".{0,20}") {
            let _ = (filled(&text), filled(&format!("{{result=first:{path}}}")));
        }
    }
}
