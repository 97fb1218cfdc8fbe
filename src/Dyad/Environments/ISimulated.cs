namespace Dyad.Environments;

/// <summary>A task that other software computes.</summary>
public interface ISimulated
{
    /// <summary>The software with its version: <c>MuJoCo 2.2.2</c>.</summary>
    string Software { get; }

    /// <summary>What happened to the task that a reader of its numbers must know, in a sentence; null for nothing.</summary>
    string? Note => null;
}
