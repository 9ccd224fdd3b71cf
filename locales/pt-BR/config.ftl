# Erros da configuração: o que houve; em "-hint", o que fazer.

config-place-line = { $file }, linha { $line }

config-no-file = { $count ->
    [1] Configuração não encontrada em { $places }
   *[other] Configuração não encontrada. Procurada em:
        { $places }
}
config-no-file-hint = Crie uma com: wa-notify init. Ou diga onde ela está: --config ARQUIVO

config-unreadable = o arquivo não pôde ser lido.
config-unreadable-hint = Confira se o usuário que roda o wa-notify tem permissão de leitura.
config-not-a-configuration = isto não é um arquivo de configuração (pasta, ou grande demais).
config-cp1252 = o arquivo foi salvo em ANSI (CP1252); o primeiro caractere fora do ASCII parece ser "{ $character }".
config-cp1252-hint = No Bloco de Notas: Arquivo, Salvar como, Codificação: UTF-8.
config-not-text = o arquivo não é texto.
config-syntax = a linha não é TOML válido.
config-syntax-hint = O formato é: chave = 'texto', chave = 123 ou chave = true, com uma [seção] acima.
config-backslash = barra invertida entre aspas duplas.
config-single-quotes-hint = Use aspas simples: { $suggestion }
config-unquoted = texto sem aspas.
config-template = o texto não pode ser preenchido.
config-template-hint = Nomes que existem: first_name, creditor.name, creditor.legal_name, creditor.tax_id, creditor.address, creditor.city, creditor.phone, overdue, upcoming, total, total_overdue, total_upcoming, payee, codes, ref.
config-template-answer-hint = Nesta resposta só existem: creditor.name, creditor.legal_name, creditor.tax_id, creditor.address, creditor.city, creditor.phone.
config-curly-quotes = aspas curvas, de editor de texto.
config-open-quote = aspas abertas e não fechadas.
config-open-quote-hint = Feche as aspas na mesma linha. Texto de várias linhas vai entre três aspas.
config-duplicate = está duas vezes no arquivo.
config-duplicate-hint = Deixe só uma.
config-unknown-key = chave desconhecida.
config-unknown-section = seção desconhecida.
config-nearest = Seria { $nearest }?
config-known-hint = Existem: { $known }
config-missing = falta.
config-expected-hint = Esperado: { $expected }.
config-wrong-type = não pode ser { $found }.
config-bad-value = "{ $value }" não serve.
config-empty-value = está vazio.
config-range-hint = Esperado: um número inteiro de { $min } a { $max }.
config-no-variable = a variável de ambiente { $variable } não está definida.
config-no-variable-hint = Defina-a para o usuário que roda o wa-notify (no Agendador de Tarefas, o da tarefa) ou use a chave terminada em _file.
config-no-secret-file = não foi possível ler o segredo em { $file }.
config-no-secret-file-hint = O caminho conta a partir da pasta da configuração. Confira se o arquivo existe e pode ser lido.
config-empty-secret = o segredo está vazio.
config-empty-secret-hint = Grave-o na primeira linha do arquivo, ou na variável.

config-together = só uma destas chaves pode estar presente: { $keys }.
config-together-hint = Deixe uma e apague as outras.
config-rust-without-host = driver = "rust" precisa de um servidor (host).
config-rust-without-host-hint = Para um servidor, defina host = "127.0.0.1". Para abrir o arquivo sem servidor, use driver = "native".
config-port-without-host = há porta, mas não servidor (host).
config-port-without-host-hint = Defina host = "127.0.0.1", ou apague port para abrir o arquivo sem servidor.
config-library-with-rust = client_library só serve com driver = "native".
config-library-with-rust-hint = Use driver = "native", ou apague client_library.
config-path-is-connection = servidor e caminho estão juntos em path.
config-path-is-connection-hint = Use connection, sem host nem port: { $suggestion }
config-min-above-max = o mínimo ({ $min }) é maior que o máximo ({ $max }).
config-min-above-max-hint = Esperado: [{ $max }, { $min }].
config-window-backwards = o horário "{ $value }" termina antes de começar.
config-window-backwards-hint = Esperado: um horário no mesmo dia, como "08:00-20:00".
config-window-never-opens = com estes horários nada seria enviado, em dia nenhum.
config-window-never-opens-hint = Dê um horário a pelo menos um tipo de dia, como weekdays = "08:00-20:00".
config-send-at-after-window = send_at ({ $send_at }) é depois do fim do horário de envio ({ $closes }); nada seria enviado.
config-send-at-after-window-hint = Adiante send_at, ou estenda window (a lei de vários estados só permite até as 20h).
config-forward-to-nobody = treatment = "forward" precisa saber para quem.
config-forward-to-nobody-hint = Defina forward_to = "+55 51 98765-4321" em [settings.replies], ou use treatment = "store".
config-gateway-not-yet = o gateway "{ $kind }" ainda não está nesta versão.
config-gateway-not-yet-hint = Use kind = "evolution".
config-same-outbox = [outbox] é o mesmo banco de [database].
config-same-outbox-hint = Apague a seção [outbox] (as tabelas WA_* ficam no banco do ERP) ou dê a ela outro path.

expected-text = um texto entre aspas
expected-some-text = um texto entre aspas, não vazio
expected-integer = um número inteiro, sem aspas
expected-boolean = true ou false, sem aspas
expected-section = uma seção, como [database]
expected-texts = uma lista de textos, como ["09-20", "2026-12-24"]
expected-one-of = uma destas palavras: { $words }
expected-duration = um tempo, como "10s", "500ms" ou "2m" (até 24h)
expected-time-of-day = uma hora, como "09:00"
expected-hour-range = um horário, como "08:00-20:00", ou "" para nunca
expected-window = "always", ou uma tabela como {"{"} weekdays = "08:00-20:00", saturday = "08:00-14:00", sunday = "", holidays = "" {"}"}
expected-time-zone = um fuso, como "America/Sao_Paulo", "America/Manaus" ou "America/Cuiaba"
expected-holiday = um dia: "09-20" (mês-dia, todo ano) ou "2026-12-24" (ano-mês-dia)
expected-seconds-range = dois números de segundos, como [2, 5], de 0 a 3600
expected-url = um endereço sem usuário nem senha, como "http://127.0.0.1:8080"
expected-area-code = um DDD, como 51
expected-phone = um telefone com DDD, como "+55 51 98765-4321"
expected-connection = servidor e caminho, como 'servidor/3050:C:\Sidicom\DADOS.FDB'
expected-charset = um conjunto de caracteres, como "auto", "WIN1252" ou "UTF8"
expected-database-path = o caminho ou alias do banco, como o SERVIDOR o conhece: path = 'C:\Sidicom\DADOS.FDB'

found-text = um texto
found-integer = um número
found-float = um número com decimais
found-boolean = true ou false
found-datetime = uma data ou hora
found-list = uma lista
found-section = uma seção
