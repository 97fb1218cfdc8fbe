namespace Dyad.Environments.Recording;

/// <summary>A task that can be drawn from a few numbers: its state, or the poses of its bodies.</summary>
public interface IRecordable
{
    /// <summary>Names of the numbers of a row.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>Seconds between two rows: one step of the task.</summary>
    double TimeStep { get; }

    /// <summary>What a drawing needs beside the rows, as JSON (shapes, sizes, colours); null for nothing.</summary>
    string? Scene => null;

    /// <summary>Writes the present row.</summary>
    /// <param name="row">As many numbers as there are columns.</param>
    void CopyRow(Span<double> row);
}
