# Erros que o operador encontra: o que houve e o que está a salvo; em "-hint", o que fazer.

error-panic = Erro inesperado no programa. O que já foi registrado está a salvo. Detalhes no arquivo de log.
error-unexpected = Erro inesperado. O que já foi registrado no banco está a salvo.
error-unexpected-hint = Rode de novo com -vv e envie o arquivo de log ao suporte.
error-file = { $path } não pôde ser lido ou gravado.
error-file-hint = Confira a permissão de quem roda o wa-notify nesta pasta.
error-file-hint-full = O disco está cheio: libere espaço e rode de novo.
error-file-hint-missing = Confira o caminho: a pasta ou o arquivo não existe.
error-stdout = A saída não pôde ser gravada.
error-moved-clock = O relógio foi mudado (--now ou WA_NOTIFY_NOW) e o gateway não está nesta máquina. Nada foi enviado.
error-moved-clock-hint = Retire --now e WA_NOTIFY_NOW: eles servem só para testes e demonstrações.
error-locked = Já há um "wa-notify { $command }" rodando com esta configuração (processo { $pid }, desde { $since }). Nada foi feito.
error-locked-unknown = Já há um wa-notify rodando com esta configuração. Nada foi feito.
error-locked-hint = Espere ele terminar e rode de novo; pelo agendador, a próxima execução cuida do resto.

database-unreachable = Não há servidor Firebird respondendo em { $address }. Nada foi alterado.
database-unreachable-hint = Confira se o serviço do Firebird está no ar, se host e port estão certos e se o firewall libera a porta.
database-login = Firebird recusou { $user } em { $address }.
database-login-hint = Confira a senha; se ela funciona no ERP, use driver = "native" com fbclient.dll de 64 bits.
database-no-file = O servidor em { $address } não conseguiu abrir { $path }.
database-no-file-hint = O caminho é o do SERVIDOR, não o desta máquina. Use o mesmo que está na configuração do ERP, ou o alias.
database-driver = Este servidor só aceita uma autenticação ou criptografia que driver = "rust" não fala.
database-driver-hint = Em [database], use driver = "native" e client_library = 'C:\...\fbclient.dll' (64 bits).
database-library = A biblioteca do Firebird não pôde ser carregada: { $library }.
database-library-hint = Instale o cliente Firebird de 64 bits e aponte client_library para fbclient.dll (no Linux, libfbclient.so.2).
database-charset = O texto não cabe no conjunto de caracteres da conexão.
database-charset-hint = Em [database], experimente charset = "WIN1252"; "auto" usa o do próprio banco.
database-permission = O usuário do banco não tem permissão para isto.
database-permission-hint = Peça ao administrador do banco: leitura nas tabelas do ERP; criação e gravação nas tabelas WA_*.
database-timeout = O banco não respondeu em { $seconds } s ({ $during }). Nada ficou pela metade.
database-timeout-hint = Confira a carga do servidor e rode de novo; se for sempre assim, aumente query_timeout ou connect_timeout.
database-lost = A conexão com o banco caiu no meio do trabalho. O que não foi confirmado não aconteceu.
database-lost-hint = Rode de novo: o wa-notify continua de onde parou.
database-conflict = Outro programa está gravando nos mesmos registros. Nada foi alterado.
database-conflict-hint = Rode de novo em um minuto.
database-duplicate = O banco recusou um registro repetido. Nada foi alterado.
database-duplicate-hint = Outra execução pode ter feito o mesmo; veja: wa-notify status
database-in-use = O arquivo do banco está em uso por outro processo.
database-in-use-hint = Feche o outro programa, ou acesse o banco pelo servidor (defina host).
database-io = O servidor teve um erro de disco. Nada foi confirmado.
database-io-hint = Confira espaço e saúde do disco no servidor antes de rodar de novo.
database-interrupted = Interrompido a pedido. Nada ficou pela metade.
database-interrupted-hint = Rode de novo quando quiser: continua de onde parou.
database-other = O banco recusou o comando (SQLCODE { $code }). Nada foi alterado.
database-other-hint = A mensagem do servidor, acima, diz o motivo. Se não bastar, envie-a ao suporte.

query-shipped = { $query } (consulta que acompanha o programa)
query-missing-column = { $query }: falta a coluna { $column } ({ $expected }).
query-missing-column-hint = Há uma parecida: { $nearest }. Renomeie com: { $nearest } AS { $column }
query-wrong-type = { $query }: a coluna { $column } é { $found }; esperado: { $expected }.
query-refused = { $query }: o banco recusou a consulta.
query-refused-line = { $query }, linha { $line }: o banco recusou a consulta.
query-row-count = { $query }: deve trazer exatamente uma linha, trouxe { $found }.
query-unreadable = { $query }: o arquivo não pôde ser lido ou está vazio.
query-hint-file = Corrija o arquivo e rode de novo.
query-hint-shipped = O banco não tem o esquema de exemplo. Ponha consultas feitas para este ERP numa pasta e aponte [source] dir para ela.

outbox-not-initialised = As tabelas do wa-notify (WA_*) ainda não existem neste banco.
outbox-not-initialised-hint = Crie-as com: wa-notify init
outbox-too-old = As tabelas WA_* estão na versão { $found }; este programa usa a { $known }. Nada foi alterado.
outbox-too-old-hint = Atualize-as com: wa-notify init
outbox-too-new = As tabelas WA_* estão na versão { $found }, mais nova que este programa ({ $known }). Nada foi alterado.
outbox-too-new-hint = Use nesta máquina o mesmo wa-notify (mais novo) que as atualizou.
outbox-dialect-1 = O banco está em dialeto SQL 1, que não comporta as tabelas WA_*. Nada foi alterado.
outbox-dialect-1-hint = Dê a elas um banco próprio: na configuração, seção [outbox], path = o lugar de um arquivo novo. O init o cria.
outbox-claim-taken = Outra execução selecionou os mesmos títulos ao mesmo tempo. Nada foi gravado em dobro.
outbox-claim-taken-hint = Rode de novo.
outbox-illegal = Uma mensagem mudou de estado de um modo que não devia ser possível. Ela não será reenviada.
outbox-illegal-hint = Veja: wa-notify status, e avise o suporte.
outbox-corrupt = Um registro da tabela { $table } não pôde ser entendido. Nada foi enviado por causa dele.
outbox-corrupt-hint = Não altere as tabelas WA_* à mão. Avise o suporte.
outbox-uncertain = A resposta do banco se perdeu na confirmação: pode ter gravado ou não. Nada será enviado em dobro.
outbox-uncertain-hint = Rode de novo: o wa-notify confere antes de agir.

gateway-unreachable = O gateway em { $address } não responde. Nada se perdeu: os avisos aguardam.
gateway-unreachable-hint = Confira se o serviço está no ar e se [gateway] url está certo.
gateway-timeout = O gateway não respondeu em { $seconds } s. O que ficou em dúvida será conferido, nunca reenviado às cegas.
gateway-timeout-hint = Rode de novo em alguns minutos.
gateway-unauthorized = O gateway recusou a chave. Nada foi enviado.
gateway-unauthorized-hint = Confira [gateway] api_key (ou o token da instância no contrato).
gateway-unknown-instance = O gateway não conhece a instância { $instance }. Nada foi enviado.
gateway-unknown-instance-hint = Crie e conecte com: wa-notify pair
gateway-not-connected = WhatsApp desconectado (instância { $instance }). Nada se perdeu: os avisos aguardam.
gateway-not-connected-hint = Com o celular da loja na mão: wa-notify pair
gateway-rate-limited = O gateway pediu para ir mais devagar. Nada se perdeu: os avisos aguardam.
gateway-rate-limited-hint = O próximo envio agendado continua; se repetir, aumente contact_gap em [settings.pacing].
gateway-restricted = O WhatsApp restringiu este número (instância { $instance }). Todos os envios pararam.
gateway-restricted-hint = Não insista: confira o WhatsApp no celular da loja e espere a restrição acabar antes de voltar a enviar.
gateway-refused = O gateway recusou { $call } (HTTP { $status }).
gateway-refused-hint = A mensagem acima diz o motivo. Confira também a versão do gateway.
gateway-down = O gateway não está atendendo: { $call } deu HTTP { $status }.
gateway-down-hint = Quem respondeu talvez seja só o servidor à frente dele: confira se o serviço do gateway está no ar.
gateway-redirects = O gateway manda { $call } para outro endereço (HTTP { $status }).
gateway-redirects-hint = Ponha em [gateway] url o endereço final, com https:// se for o caso.
gateway-unexpected-answer = Resposta do gateway a { $call } inesperada ou interrompida.
gateway-unexpected-answer-hint = Rode de novo em alguns minutos; se repetir, confira se [gateway] url aponta para o gateway e não para outro programa.

scheduler-cannot-run = { $program } não pôde ser executado.
scheduler-cannot-run-hint = Veja o que seria instalado com: wa-notify schedule show
scheduler-refused = { $program } recusou a tarefa. O agendamento não mudou.
scheduler-refused-hint = No Windows, rode como administrador. O que seria instalado: wa-notify schedule show

usage-unknown-command = Comando desconhecido: { $command }.
usage-unknown-argument = Opção desconhecida: { $arg }.
usage-extra-argument = Argumento a mais: { $arg }.
usage-missing = Falta: { $arg }.
usage-missing-command = Falta o comando.
usage-no-value = { $arg } precisa de um valor.
usage-bad-value = "{ $value }" não serve para { $arg }.
usage-valid-values = Valores: { $values }.
usage-twice = { $arg } foi dado mais de uma vez.
usage-conflict = { $arg } e { $other } não podem ser usados juntos.
usage-value-count = Quantidade errada de valores para { $arg }.
usage-not-unicode = Um argumento não é texto válido.
usage-other = A linha de comando não está certa.
usage-nearest = Seria { $nearest }?
usage-hint = Veja: { $command } --help
usage-bad-variable = A variável { $variable } tem um valor que não serve: { $value }
usage-not-a-date = Datas são como 2026-11-21 ou 21/11/2026.
usage-not-an-instant = Instantes são como 2026-11-21T09:01:00-03:00.
usage-not-a-number = Esperado um número inteiro de { $min } a { $max }.
usage-not-a-phone = Telefones são como 51 98765-4321 ou +5551987654321.
usage-phone-without-area-code = Falta o DDD: 51 98765-4321.
usage-not-a-part = Partes são como 17.2 (aviso 17, parte 2); veja: wa-notify status.
usage-not-a-language = Idiomas: pt-BR, en.
usage-not-a-notice = É o número de um aviso, como 17, ou all.
usage-empty = Está vazio.

database-value = O banco devolveu na coluna { $column } um valor inesperado: esperado { $expected }, veio { $found }.
database-value-hint = Se as consultas de [source] foram alteradas, confira o tipo desta coluna.
