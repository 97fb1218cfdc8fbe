using System.Globalization;

namespace Dyad.Environments.MuJoCo;

/// <summary>MuJoCo's version numbers, which have two forms: 222 is 2.2.2, and from 3.5.0 on 3012000 is 3.12.0.</summary>
internal static class MujocoVersion
{
    private const int LongForm = 1_000_000;

    /// <summary>A version as people write it.</summary>
    public static string Text(int version) => version >= LongForm
        ? string.Create(CultureInfo.InvariantCulture, $"{version / LongForm}.{version / 1000 % 1000}.{version % 1000}")
        : string.Create(CultureInfo.InvariantCulture, $"{version / 100}.{version / 10 % 10}.{version % 10}");

    /// <summary>The version in the name of a library, <c>libmujoco.so.2.2.2</c>; null where it has none.</summary>
    public static Version? Of(string path)
    {
        string name = Path.GetFileName(path);
        int digit = name.AsSpan().IndexOfAnyInRange('0', '9');
        string text = digit < 0 ? "" : name[digit..];
        text = text.EndsWith(".dylib", StringComparison.Ordinal) ? text[..^".dylib".Length] : text;
        return Version.TryParse(text, out Version? version) ? version : null;
    }
}
