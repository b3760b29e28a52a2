//! The `fields` parameter of a read.

use super::error::GraphError;
use super::param::Params;

/// The fields asked for, in order, or nothing when the parameter is absent.
pub(crate) fn fields(params: &Params) -> Result<Option<Vec<String>>, GraphError> {
    let Some(text) = params.list("fields") else {
        return Ok(None);
    };
    if text.trim().is_empty() {
        return Err(GraphError::empty("fields"));
    }
    let mut at = 0;
    let mut names: Vec<String> = Vec::new();
    for part in text.split(',') {
        let name = part.trim();
        let readable = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !readable {
            let blanks = part.len() - part.trim_start().len();
            return Err(GraphError::fields_syntax(at + blanks, &text));
        }
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        at += part.chars().count() + 1;
    }
    Ok(Some(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Option<Vec<String>>, String> {
        fields(&Params::read(query, None, b"")).map_err(|error| error.message)
    }

    #[test]
    fn blanks_after_commas_are_taken() {
        assert_eq!(
            read("fields=first_name,+last_name"),
            Ok(Some(vec!["first_name".into(), "last_name".into()]))
        );
        assert_eq!(read(""), Ok(None));
    }

    #[test]
    fn what_is_no_name_is_pointed_at() {
        assert_eq!(
            read("fields=").unwrap_err(),
            "(#100) param fields must be non-empty."
        );
        assert_eq!(
            read("fields=*****").unwrap_err(),
            "Syntax error \"Expected name.\" at character 0: *****"
        );
        assert_eq!(
            read("fields=id,?").unwrap_err(),
            "Syntax error \"Expected name.\" at character 3: id,?"
        );
    }
}
