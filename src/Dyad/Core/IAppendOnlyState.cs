namespace Dyad.Core;

/// <summary>
/// A state that only grows at its end, like a replay buffer: too large to be written whole with every checkpoint, so that only
/// what is new goes to disk. How much of it a checkpoint knows of, and checksums of that, are part of <see cref="StateArchive"/>'s
/// content: rows are saved before it. Rows beyond that are ignored when loading.
/// </summary>
public interface IAppendOnlyState
{
    /// <summary>Brings a folder up to date with all that the present state knows of.</summary>
    void SaveRows(string folder);

    /// <summary>Reads the rows that the state, loaded before from its archive, knows of.</summary>
    /// <exception cref="InvalidDataException">Rows are missing, of another shape, or not those that were saved.</exception>
    void LoadRows(string folder);
}
