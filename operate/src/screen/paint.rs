use std::fmt::Display;

/// A colour or a weight.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colour {
    /// As it is.
    Plain,
    /// Heavier.
    Bold,
    /// Lighter.
    Dim,
    /// Bad, or going away.
    Red,
    /// Good, or new.
    Green,
    /// Take notice, or changing.
    Yellow,
    /// Names and commands.
    Cyan,
}

/// Colours text, or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Paint(pub bool);

impl Paint {
    /// Text in a colour.
    pub fn in_colour(self, colour: Colour, text: impl Display) -> String {
        let code = match colour {
            Colour::Plain => return text.to_string(),
            Colour::Bold => 1,
            Colour::Dim => 2,
            Colour::Red => 31,
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Cyan => 36,
        };
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }

    /// Heavier.
    pub fn bold(self, text: impl Display) -> String {
        self.in_colour(Colour::Bold, text)
    }

    /// Lighter.
    pub fn dim(self, text: impl Display) -> String {
        self.in_colour(Colour::Dim, text)
    }

    /// Bad, or going away.
    pub fn red(self, text: impl Display) -> String {
        self.in_colour(Colour::Red, text)
    }

    /// Good, or new.
    pub fn green(self, text: impl Display) -> String {
        self.in_colour(Colour::Green, text)
    }

    /// Take notice, or changing.
    pub fn yellow(self, text: impl Display) -> String {
        self.in_colour(Colour::Yellow, text)
    }

    /// Names and commands.
    pub fn cyan(self, text: impl Display) -> String {
        self.in_colour(Colour::Cyan, text)
    }
}

impl Colour {
    /// What a priority or a severity looks like.
    pub fn of_gravity(word: &str) -> Colour {
        match word {
            "P1" | "critical" => Colour::Red,
            "P2" | "error" => Colour::Yellow,
            "P5" | "info" | "none" => Colour::Dim,
            _ => Colour::Plain,
        }
    }
}
