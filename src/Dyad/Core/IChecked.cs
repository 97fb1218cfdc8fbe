namespace Dyad.Core;

/// <summary>Options that must go together.</summary>
public interface IChecked
{
    /// <summary>Does nothing where they do.</summary>
    /// <exception cref="UserError">They do not; the sentence says what would be accepted.</exception>
    void Check();
}
