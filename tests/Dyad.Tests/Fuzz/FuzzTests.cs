using System.Diagnostics;
using System.Globalization;
using Dyad.Core;
using Dyad.Tests.Unit;

namespace Dyad.Tests.Fuzz;

/// <summary>
/// Whatever is done to a valid file, its reader takes it or says what is wrong, in one line of bounded length, in bounded time and memory,
/// the same under every culture. A short form by default; <c>DYAD_FUZZ_MINUTES</c> makes a long one of it, from a seed that
/// <c>DYAD_FUZZ_SEED</c> names (<c>scripts/fuzz.sh</c>).
/// </summary>
[Trait("Category", "unit")]
public sealed class FuzzTests(Readers readers) : IClassFixture<Readers>, IDisposable
{
    private const int Short = 250, LongestSentence = 600;
    private const long MostBytes = 400L << 20;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(20);

    private readonly TempFolder _folder = new();

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("DYAD_FUZZ_SEED"), CultureInfo.InvariantCulture, out int seed) ? seed : 17;

    private static double Minutes =>
        double.TryParse(Environment.GetEnvironmentVariable("DYAD_FUZZ_MINUTES"), CultureInfo.InvariantCulture, out double minutes) ? minutes : 0;

    public static TheoryData<string> Names => Readers.Names;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_changed_file_is_read_or_refused_in_one_sentence(string name)
    {
        Reader reader = readers[name];
        string path = _folder.PathOf(reader.FileName);
        foreach (byte[] valid in reader.Valid.Take(1))
        {
            File.WriteAllBytes(path, valid);
            reader.Read(path);
        }

        var clock = Stopwatch.StartNew();
        TimeSpan budget = TimeSpan.FromMinutes(Minutes / Readers.Names.Count);
        int refused = 0, count = 0;
        for (; Minutes > 0 ? clock.Elapsed < budget : count < Short; count++)
        {
            var mutator = new Mutator(unchecked((Seed * 1_000_003) + count));
            byte[] bytes = reader.Sealed(mutator.Changed(mutator.OneOf(reader.Valid), reader.Valid));
            File.WriteAllBytes(path, bytes);
            string where = $"{name}, seed {Seed}, input {count}";
            string? sentence = Outcome(reader, path, bytes, where);
            refused += sentence is null ? 0 : 1;
            if (sentence is not null && count % 4 == 0)
            {
                using var _ = new Culture(Cultures.All[count / 4 % Cultures.All.Count]);
                Assert.Equal(sentence, Outcome(reader, path, bytes, where));
            }
        }

        Assert.InRange(refused, count / 20, count);
    }

    // The sentence; null where the file was read.
    private static string? Outcome(Reader reader, string path, byte[] bytes, string where)
    {
        long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        string? sentence = null;
        try
        {
            reader.Read(path);
        }
        catch (UserError e)
        {
            sentence = e.Message;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{where}, kept in '{Kept(bytes, where)}'", e);
        }

        if (sentence is not null && (sentence.Length is 0 or > LongestSentence || sentence != OneLine.Of(sentence)))
        {
            Assert.Fail($"{where}, kept in '{Kept(bytes, where)}', is told in {sentence.Length} characters: {sentence}");
        }

        if (Stopwatch.GetElapsedTime(start) > MostTime || GC.GetAllocatedBytesForCurrentThread() - before > MostBytes)
        {
            Assert.Fail($"{where}, kept in '{Kept(bytes, where)}', took {Stopwatch.GetElapsedTime(start)} and {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        }

        return sentence;
    }

    private static string Kept(byte[] bytes, string where)
    {
        string path = Repository.PathOf("artifacts", "fuzz", FolderName.Of(where.Replace(' ', '-'), "input"));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
