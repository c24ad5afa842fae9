//! The program as a person or another program meets it: what it prints, in which shape, and how it ends.

mod cli {
    mod docs;
    mod help;
    mod machine;
    mod misuse;
    mod outputs;
    mod page;
    mod run;
    mod secrets;
    mod tour;
}
