namespace Dyad.Studies.Files;

/// <summary>A line of a study file: a method at a point of the grid.</summary>
/// <param name="Entry">The method.</param>
/// <param name="Base">Its name.</param>
/// <param name="Label">Name of the line.</param>
/// <param name="Legend">Name in charts.</param>
/// <param name="Point">Options of the grid.</param>
internal sealed record Line(MethodEntry Entry, string Base, string Label, string Legend, (string Name, string Value)[] Point);
