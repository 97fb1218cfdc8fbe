using System.CommandLine;

return new RootCommand("Dyad").Parse(args).Invoke();
