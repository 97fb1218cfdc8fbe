using System.Reflection;

namespace Dyad.Studies.Files;

/// <summary>The study files under <c>studies/</c>, which are part of the build.</summary>
internal static class FileStudies
{
    private const string Root = "studies/", Extension = ".yaml";

    private static readonly Assembly Build = typeof(FileStudies).Assembly;

    /// <summary>Those of a folder, by name.</summary>
    public static IEnumerable<Study> Under(string folder) => Build.GetManifestResourceNames()
        .Select(resource => resource.Replace('\\', '/'))
        .Where(resource => resource.StartsWith($"{Root}{folder}/", StringComparison.Ordinal) && resource.EndsWith(Extension, StringComparison.Ordinal))
        .Select(resource => resource[Root.Length..^Extension.Length])
        .Order(StringComparer.Ordinal)
        .Select(name => new FileStudy(name, new Lazy<StudyDocument>(() => StudyReader.Read(Text(name), $"{Root}{name}{Extension}"))));

    private static string Text(string name)
    {
        using Stream stream = Build.GetManifestResourceStream($"{Root}{name}{Extension}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
