//! Statements in the form that is asked for: JSON for programs, CSV and XLSX for people with a
//! spreadsheet.

use std::str::FromStr;

use actix_web::{
    HttpResponse,
    http::header::{CONTENT_DISPOSITION, ContentDisposition, DispositionParam, DispositionType},
};
use chrono_tz::Tz;
use onecard_devices::gate::wire::local;
use onecard_rules::{
    ledger::{AccountName, RowNo},
    money::Fen,
};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    asked::parameter,
    problem::{Code, Problem},
};
use crate::store::ledger::Line;

/// Lines in one answer, unless asked otherwise, and at most.
const LINES: usize = 100;
const LINES_MAX: usize = 10_000;

/// In which form, and how much of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementAsked {
    /// Only lines before this row: the next page.
    #[param(value_type = Option<u64>)]
    before: Option<String>,
    /// 1 to 10,000; 100 if not given.
    #[param(value_type = Option<u64>)]
    limit: Option<String>,
    /// `json`, `csv` or `xlsx`; `json` if not given.
    format: Option<String>,
}

/// What is asked, read.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub before: Option<RowNo>,
    pub limit: usize,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
    Xlsx,
}

impl FromStr for Form {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            _ => Err("use `json`, `csv` or `xlsx`"),
        }
    }
}

impl StatementAsked {
    pub fn read(&self) -> Result<Wanted, Problem> {
        let before = parameter::<u64>("before", self.before.as_deref())?.map(RowNo);
        let limit = parameter::<usize>("limit", self.limit.as_deref())?.unwrap_or(LINES);
        if !(1..=LINES_MAX).contains(&limit) {
            let detail = format!("`limit` is {limit}; give 1 to {LINES_MAX}");
            return Err(Problem::bad_field("limit", detail));
        }
        let form = parameter("format", self.format.as_deref())?.unwrap_or(Form::Json);
        Ok(Wanted { before, limit, form })
    }
}

/// A line of a statement: a row of the ledger as the owner of one account sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = StatementLine)]
pub struct LineView {
    row: u64,
    at: String,
    /// The day of the books.
    day: String,
    /// `transfer`, `reserve`, `post`, `release`, `expire` or `correct`.
    phase: &'static str,
    purpose: &'static str,
    /// The other account.
    account: String,
    in_fen: Option<i64>,
    out_fen: Option<i64>,
    /// The row that it ends or corrects.
    about: Option<u64>,
    /// What caused it; null on the further rows of an entry.
    cause: Option<String>,
    by: Option<String>,
    why: Option<String>,
}

/// A statement: the newest lines first.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementView {
    account: String,
    lines: Vec<LineView>,
    /// `before` of the next page; null when there is no more.
    next_before: Option<u64>,
}

impl LineView {
    fn of(line: &Line, zone: Tz) -> Self {
        let amount = Some(line.what.amount.get());
        let (in_fen, out_fen) = if line.incoming { (amount, None) } else { (None, amount) };
        Self {
            row: line.row.0,
            at: local(line.at, zone),
            day: line.day.to_string(),
            phase: line.what.phase.as_str(),
            purpose: line.what.purpose.as_str(),
            account: line.other.to_string(),
            in_fen,
            out_fen,
            about: line.what.about.map(|row| row.0),
            cause: line.cause.as_ref().map(ToString::to_string),
            by: line.operator.clone(),
            why: line.why.clone(),
        }
    }

    /// The cells of a spreadsheet; amounts in yuan.
    fn cells(&self) -> [String; 11] {
        let yuan = |fen: Option<i64>| fen.map(|fen| Fen::new(fen).to_string()).unwrap_or_default();
        let text = |text: &Option<String>| text.as_deref().map(harmless).unwrap_or_default();
        [
            self.row.to_string(),
            self.at.clone(),
            self.day.clone(),
            self.phase.to_owned(),
            self.purpose.to_owned(),
            self.account.clone(),
            yuan(self.in_fen),
            yuan(self.out_fen),
            text(&self.cause),
            text(&self.by),
            text(&self.why),
        ]
    }
}

const HEAD: [&str; 11] =
    ["row", "at", "day", "phase", "purpose", "account", "in", "out", "cause", "by", "why"];
/// Columns that hold amounts.
const AMOUNTS: std::ops::Range<usize> = 6..8;

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if risky { format!("'{text}") } else { text.to_owned() }
}

/// The answer to who asks for a statement.
pub fn answer(
    account: &AccountName,
    lines: &[Line],
    wanted: Wanted,
    zone: Tz,
) -> Result<HttpResponse, Problem> {
    let views: Vec<LineView> = lines.iter().map(|line| LineView::of(line, zone)).collect();
    let broken = |wrong: String| Problem::new(Code::StoreUnreadable, wrong);
    match wanted.form {
        Form::Json => {
            let full = views.len() == wanted.limit;
            let next_before = views.last().filter(|_| full).map(|line| line.row);
            let account = account.to_string();
            Ok(HttpResponse::Ok().json(StatementView { account, lines: views, next_before }))
        }
        Form::Csv => {
            let body = csv(&views).map_err(|wrong| broken(wrong.to_string()))?;
            Ok(file(account, "csv", "text/csv; charset=utf-8", body))
        }
        Form::Xlsx => {
            let body = xlsx(&views).map_err(|wrong| broken(wrong.to_string()))?;
            let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            Ok(file(account, "xlsx", media, body))
        }
    }
}

fn file(account: &AccountName, end: &str, media: &'static str, body: Vec<u8>) -> HttpResponse {
    let name = format!("{}.{end}", account.to_string().replace(':', "-"));
    let parameters = vec![DispositionParam::Filename(name)];
    let disposition = DispositionType::Attachment;
    HttpResponse::Ok()
        .content_type(media)
        .insert_header((CONTENT_DISPOSITION, ContentDisposition { disposition, parameters }))
        .body(body)
}

fn csv(lines: &[LineView]) -> Result<Vec<u8>, csv::Error> {
    // Spreadsheets know UTF-8 by this mark.
    let mut writer = csv::WriterBuilder::new().from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(HEAD)?;
    for line in lines {
        writer.write_record(line.cells())?;
    }
    writer.into_inner().map_err(|wrong| csv::Error::from(wrong.into_error()))
}

fn xlsx(lines: &[LineView]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let (bold, yuan) = (Format::new().set_bold(), Format::new().set_num_format("0.00"));
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(HEAD) {
        sheet.write_with_format(0, column, name, &bold)?;
    }
    for (row, line) in (1..).zip(lines) {
        for ((place, column), cell) in (0..).zip(0..).zip(line.cells()) {
            if AMOUNTS.contains(&place) && !cell.is_empty() {
                // A spreadsheet knows no other numbers; the text of a hundredth is exact enough.
                let amount: f64 = cell.parse().unwrap_or_default();
                sheet.write_number_with_format(row, column, amount, &yuan)?;
            } else {
                sheet.write_string(row, column, cell)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@x", "\t=1"] {
            assert!(harmless(text).starts_with('\''), "{text}");
        }
        assert_eq!(harmless("a receipt"), "a receipt");
    }
}
