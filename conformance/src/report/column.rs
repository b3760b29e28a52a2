//! Columns of a terminal: Chinese characters take two, and long values are cut around what matters.

/// Columns that a text takes; characters of the East Asian blocks take two.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

fn columns(character: char) -> usize {
    match u32::from(character) {
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// The text, filled up with blanks on its right.
pub(super) fn padded(text: &str, columns: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(
        ' ',
        columns.saturating_sub(width(text)),
    ));
    padded
}

/// Breaks a text into lines of at most `columns`, between words, or between characters where there are no blanks.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut room = columns;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let wide = width(word);
        if !line.is_empty() && wide < room {
            line.push(' ');
            line.push_str(word);
            room -= wide + 1;
            continue;
        }
        if !line.is_empty() && wide <= columns {
            lines.push(std::mem::take(&mut line));
            line.push_str(word);
            room = columns - wide;
            continue;
        }
        if !line.is_empty() && room > 2 {
            line.push(' ');
            room -= 1;
        } else if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            room = columns;
        }
        for character in word.chars() {
            let wide = self::columns(character);
            if room < wide {
                lines.push(std::mem::take(&mut line));
                room = columns;
            }
            line.push(character);
            room -= wide;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A value on one line, control characters written out; of a long one the part around the character `focus`.
/// Also says at which column the focus stands.
pub(super) fn clipped(value: &str, focus: usize, columns: usize) -> (String, usize) {
    let shown: Vec<String> = value.chars().map(visible).collect();
    let wide = |pieces: &[String]| pieces.iter().map(|piece| width(piece)).sum::<usize>();
    let focus = focus.min(shown.len());
    if wide(&shown) <= columns {
        return (shown.concat(), wide(&shown[..focus]));
    }
    // A third of the room stays before the focus, so that the reader sees where it stands.
    let mut first = focus;
    while first > 0 && wide(&shown[first - 1..focus]) < columns / 3 {
        first -= 1;
    }
    let mut text = if first > 0 {
        "…".to_owned()
    } else {
        String::new()
    };
    let column = width(&text) + wide(&shown[first..focus]);
    for piece in &shown[first..] {
        if width(&text) + width(piece) >= columns {
            text.push('…');
            break;
        }
        text.push_str(piece);
    }
    (text, column)
}

fn visible(character: char) -> String {
    match character {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        other if other.is_control() => other.escape_unicode().to_string(),
        other => other.to_string(),
    }
}

/// Number of characters that two values share at their beginning.
pub(super) fn shared(left: &str, right: &str) -> usize {
    left.chars()
        .zip(right.chars())
        .take_while(|(a, b)| a == b)
        .count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn chinese_takes_two_columns() {
        assert_eq!(width("ab绑定"), 6);
        assert_eq!(padded("绑定", 6), "绑定  ");
    }

    #[test]
    fn the_caret_stands_under_the_focus_even_when_the_head_is_cut() {
        let value = format!("{}X{}", "a".repeat(300), "b".repeat(300));
        let (text, column) = clipped(&value, 300, 80);
        assert_eq!(text.chars().nth(column), Some('X'));
        assert!(width(&text) <= 80, "{text}");
    }

    #[test]
    fn control_characters_are_written_out() {
        assert_eq!(clipped("a\nb", 2, 80), ("a\\nb".to_owned(), 3));
    }

    proptest! {
        #[test]
        fn wrapping_keeps_every_character_and_the_width(text in "[a-z 绑定,]{0,200}", columns in 4_usize..60) {
            let lines = wrapped(&text, columns);
            for line in &lines {
                prop_assert!(width(line) <= columns, "{line:?} in {columns}");
            }
            let kept: String = lines.concat().chars().filter(|c| *c != ' ').collect();
            let sent: String = text.chars().filter(|c| *c != ' ').collect();
            prop_assert_eq!(kept, sent);
        }

        #[test]
        fn clipping_never_overflows(value in ".{0,300}", focus in 0_usize..320, columns in 20_usize..100) {
            let (text, column) = clipped(&value, focus, columns);
            prop_assert!(width(&text) <= columns + 1, "{}", text);
            prop_assert!(column <= width(&text));
        }
    }
}
