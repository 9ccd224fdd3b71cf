# Configuration errors: what happened; under "-hint", what to do.

config-place-line = { $file }, line { $line }

config-no-file = { $count ->
    [1] No configuration at { $places }
   *[other] No configuration found. Looked for at:
        { $places }
}
config-no-file-hint = Make one with: wa-notify init. Or say where it is: --config FILE

config-unreadable = the file could not be read.
config-unreadable-hint = Check that the user who runs wa-notify may read it.
config-not-a-configuration = this is no configuration file (a folder, or far too large).
config-cp1252 = the file was saved as ANSI (CP1252); its first character beyond ASCII looks like "{ $character }".
config-cp1252-hint = In Notepad: File, Save as, Encoding: UTF-8.
config-not-text = the file is not text.
config-syntax = the line is not valid TOML.
config-syntax-hint = The form is: key = 'text', key = 123 or key = true, below a [section].
config-backslash = backslash in double quotes.
config-single-quotes-hint = Use single quotes: { $suggestion }
config-unquoted = text without quotes.
config-template = the text cannot be filled in.
config-template-hint = Names that exist: first_name, creditor.name, creditor.legal_name, creditor.tax_id, creditor.address, creditor.city, creditor.phone, overdue, upcoming, total, total_overdue, total_upcoming, payee, codes, ref.
config-template-answer-hint = In this answer only these exist: creditor.name, creditor.legal_name, creditor.tax_id, creditor.address, creditor.city, creditor.phone.
config-curly-quotes = curly quotes, from a word processor.
config-open-quote = a quote is opened and never closed.
config-open-quote-hint = Close it on the same line. Text of several lines goes between three quotes.
config-duplicate = stands in the file twice.
config-duplicate-hint = Leave only one.
config-unknown-key = unknown key.
config-unknown-section = unknown section.
config-nearest = Did you mean { $nearest }?
config-known-hint = There are: { $known }
config-missing = missing.
config-expected-hint = Expected: { $expected }.
config-wrong-type = cannot be { $found }.
config-bad-value = "{ $value }" will not do.
config-empty-value = is empty.
config-range-hint = Expected: a whole number from { $min } to { $max }.
config-no-variable = the environment variable { $variable } is not set.
config-no-variable-hint = Set it for the user who runs wa-notify (in Task Scheduler, the task's) or use the key that ends in _file.
config-no-secret-file = the secret in { $file } could not be read.
config-no-secret-file-hint = The path counts from the configuration's folder. Check that the file exists and may be read.
config-empty-secret = the secret is empty.
config-empty-secret-hint = Write it in the first line of the file, or in the variable.

config-together = only one of these keys may be given: { $keys }.
config-together-hint = Leave one and delete the others.
config-rust-without-host = driver = "rust" needs a server (host).
config-rust-without-host-hint = For a server, set host = "127.0.0.1". To open the file without one, use driver = "native".
config-port-without-host = there is a port, but no server (host).
config-port-without-host-hint = Set host = "127.0.0.1", or delete port to open the file without a server.
config-library-with-rust = client_library is only of use with driver = "native".
config-library-with-rust-hint = Use driver = "native", or delete client_library.
config-path-is-connection = server and path stand together in path.
config-path-is-connection-hint = Use connection, without host and port: { $suggestion }
config-min-above-max = the minimum ({ $min }) is above the maximum ({ $max }).
config-min-above-max-hint = Expected: [{ $max }, { $min }].
config-window-backwards = the hours "{ $value }" end before they begin.
config-window-backwards-hint = Expected: hours of one day, such as "08:00-20:00".
config-window-never-opens = with these hours nothing would be sent on any day.
config-window-never-opens-hint = Give at least one kind of day its hours, such as weekdays = "08:00-20:00".
config-send-at-after-window = send_at ({ $send_at }) is past the end of the sending hours ({ $closes }); nothing would be sent.
config-send-at-after-window-hint = Make send_at earlier, or window longer (the law of several states allows no later than 20:00).
config-forward-to-nobody = treatment = "forward" must know to whom.
config-forward-to-nobody-hint = Set forward_to = "+55 51 98765-4321" in [settings.replies], or use treatment = "store".
config-gateway-not-yet = the gateway "{ $kind }" is not in this version yet.
config-gateway-not-yet-hint = Use kind = "evolution".
config-same-outbox = [outbox] is the same database as [database].
config-same-outbox-hint = Delete the section [outbox] (the WA_* tables then live in the ERP's database) or give it another path.

expected-text = a text in quotes
expected-some-text = a text in quotes, not empty
expected-integer = a whole number, without quotes
expected-boolean = true or false, without quotes
expected-section = a section, such as [database]
expected-texts = a list of texts, such as ["09-20", "2026-12-24"]
expected-one-of = one of these words: { $words }
expected-duration = a time, such as "10s", "500ms" or "2m" (up to 24h)
expected-time-of-day = a time of day, such as "09:00"
expected-hour-range = hours such as "08:00-20:00", or "" for never
expected-window = "always", or a table such as {"{"} weekdays = "08:00-20:00", saturday = "08:00-14:00", sunday = "", holidays = "" {"}"}
expected-time-zone = a time zone, such as "America/Sao_Paulo", "America/Manaus" or "America/Cuiaba"
expected-holiday = a day: "09-20" (month-day, every year) or "2026-12-24" (year-month-day)
expected-seconds-range = two numbers of seconds, such as [2, 5], from 0 to 3600
expected-url = an address without user and password, such as "http://127.0.0.1:8080"
expected-area-code = a Brazilian area code, such as 51
expected-phone = a phone with its area code, such as "+55 51 98765-4321"
expected-connection = server and path, such as 'server/3050:C:\Sidicom\DADOS.FDB'
expected-charset = a character set, such as "auto", "WIN1252" or "UTF8"
expected-database-path = the database's path or alias as the SERVER knows it: path = 'C:\Sidicom\DADOS.FDB'

found-text = a text
found-integer = a number
found-float = a number with decimals
found-boolean = true or false
found-datetime = a date or time
found-list = a list
found-section = a section
