/// What a lexer makes of a source.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Kind {
    /// Text outside actions, trimmed as the marks beside it ask.
    Text(String),
    /// `{{`
    Open,
    /// `}}`
    Close,
    /// A function or a keyword.
    Word(String),
    /// `.Name`, without the dot.
    Field(String),
    /// `$name` with its dollar sign, or `$`.
    Variable(String),
    /// `.`
    Dot,
    /// A whole number.
    Int(i64),
    /// A number written with a fraction or an exponent.
    Float(f64),
    /// A quoted text, without its quotes.
    Quoted(String),
    /// `|`
    Bar,
    /// `(`
    Left,
    /// `)`
    Right,
    /// `=`
    Assign,
    /// `:=`
    Declare,
    /// `,`
    Comma,
}

/// A token and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Its first byte in the source.
    pub(crate) at: usize,
    /// Whether white space or the beginning of the action stands before it.
    pub(crate) spaced: bool,
}
