# Conversa do programa com o operador, fora erros e ajuda.

label-error = erro:

interrupt-first = Parando assim que o envio em curso terminar; nada novo será começado.
interrupt-second =
    Ainda esperando a resposta do envio em curso, para que nada fique em dúvida.
    Ctrl-C mais uma vez encerra já: a mensagem em curso será conferida na próxima execução.
interrupt-third = Encerrado. O que estava em curso será conferido na próxima execução.

log-unavailable = Sem registro em arquivo: não foi possível gravar em { $folder } ({ $error }).

config-ok = { $file }: tudo certo. { $given ->
    [1] { $given } chave definida, o resto no padrão.
   *[other] { $given } chaves definidas, o resto no padrão.
}
config-not-set = (não definido)
config-default = padrão
config-from-database = de [database]
