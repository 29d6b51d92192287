//! A row of the entry log as a line on the terminal.

use anstyle::{AnsiColor, Style};
use onecard_devices::gate::wire::EntryRow;
use onecard_rules::site::Direction;

/// The line, coloured where the terminal can.
pub fn entry_line(row: &EntryRow) -> String {
    let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
    let style = match (row.granted, row.flags.is_empty()) {
        (true, true) => colour(AnsiColor::Green),
        (true, false) => colour(AnsiColor::Yellow),
        (false, _) => colour(AnsiColor::Red).bold(),
    };
    let time = row.at.get(11..23).unwrap_or(&row.at);
    let arrow = match row.direction {
        Direction::In => "→",
        Direction::Out => "←",
    };
    let who = row.name.as_deref().unwrap_or("?");
    let kind = row.kind.map_or("", onecard_rules::person::PersonKind::as_str);
    let person = row.person.as_deref().or(row.card.as_deref()).unwrap_or("");
    let rule = row.rule.as_ref().map_or("", |rule| rule.as_str());
    let by = row.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let flags =
        if row.flags.is_empty() { String::new() } else { format!(" [{}]", row.flags.join(" ")) };
    format!(
        "{time}  {:<16} {arrow} {style}{:<18}{style:#} {who:　<4} {kind:<9} {person:<12} {rule}{flags}{by}  {}",
        row.gate,
        row.reason.code(),
        row.text_zh,
    )
}
