namespace Dyad.Cli.Terminal;

/// <summary>What a command says beside its result.</summary>
internal static class StandardError
{
    /// <summary>Tells a sentence on standard error.</summary>
    public static void Tell(string sentence) => Console.Error.WriteLine($"dyad: {sentence}.");
}
